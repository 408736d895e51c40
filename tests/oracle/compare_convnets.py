"""Checks that the convolutional networks of Descent compute what PyTorch computes.

    python tests/oracle/compare_convnets.py ORACLE_DUMP DESCENT

Like compare.py, for the models "cnn" and "resnet" on signals and images, and group norm. With the weights of
`descent run --save-weights` the PyTorch networks make the predictions that Descent recorded.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import torch
from compare import (
    ACTIVATIONS, ADAM, ADAMW, DEFAULTS, NORMS, SEED, SGD, check, distance, dump, join, load_safetensors, loss_of,
    make_optimizer, nest,
)
from torch import nn
from torch.nn import functional as F

import compare

STEPS = 12
IMAGES = {
    "data.name": "digits",
    "data.train_size": 70,
    "data.test_size": 40,
    "data.normalize": "standard",
    "train.batch_size": 20,
    "train.steps": STEPS,
    "precision": "float64",
    "model.activation": "tanh",
}
SIGNALS = {**IMAGES, "data.name": "mnist1d"}
CNN = {"model.kind": "cnn"}
RESNET = {"model.kind": "resnet", "model.width": 4, "model.blocks": [1, 2], "model.norm.kind": "batch"}
CONVNET_DEFAULTS = {
    **DEFAULTS,
    "model.norm.groups": 4,
    "model.channels": [25, 25, 25],
    "model.kernels": [5, 3, 3],
    "model.padding": 1,
    "model.pooling": "flatten",
    "model.stem.kernel": 3,
    "model.stem.stride": 1,
    "model.stem.max_pool": False,
    "model.block": "basic",
    "model.preactivation": False,
    "model.shortcut": "identity",
    "model.zero_init_residual": False,
}


def cases():
    """By name, the keys that each case sets."""
    sgd = {**SGD, "train.optimizer.lr": 0.01}
    all = {}
    for kind, base in ("signals", SIGNALS), ("images", IMAGES):
        for norm in NORMS:
            norms = {"model.norm.kind": norm}
            small = {"model.channels": [8, 12], "model.strides": [2, 1], "model.kernels": [4, 3]}
            all[f"cnn, {kind}, norm {norm}"] = {**base, **CNN, **small, **sgd, **norms}
            all[f"resnet, {kind}, norm {norm}"] = {**base, **RESNET, **sgd, **norms}
            all[f"resnet, {kind}, pre-activation, norm {norm}"] = {
                **base, **RESNET, **sgd, **norms, "model.preactivation": True, "model.shortcut": "projection",
            }
        all[f"cnn, {kind}, defaults"] = {**base, **CNN, **sgd}
        all[f"cnn, {kind}, average, norm after"] = {
            **base, **CNN, **sgd, "model.pooling": "average", "model.norm.kind": "batch",
            "model.norm_position": "after",
        }
        all[f"cnn, {kind}, max_pool, global max pooling"] = {
            **base, **CNN, **sgd, "model.pooling": "max", "model.channels": [16, 20, 24], "model.strides": [1, 1, 2],
            "model.max_pool": [2, 3, 1],
        }
        for pre in False, True:
            all[f"resnet, {kind}, stem for large images, pre-activation {pre}"] = {
                **base, **RESNET, **sgd, "model.stem.kernel": 7, "model.stem.stride": 2, "model.stem.max_pool": True,
                "model.preactivation": pre,
            }
        for shortcut in "identity", "projection", "none":
            for block in "basic", "bottleneck":
                if (shortcut, block) == ("identity", "basic"):  # above, with the norm "batch"
                    continue
                all[f"resnet, {kind}, {block}, shortcut {shortcut}"] = {
                    **base, **RESNET, **sgd, "model.shortcut": shortcut, "model.block": block,
                }
        all[f"resnet, {kind}, adam"] = {**base, **RESNET, **ADAM, "train.optimizer.eps": 1e-4}
        all[f"resnet, {kind}, adamw, zero_init_residual"] = {
            **base, **RESNET, **ADAMW, "train.optimizer.eps": 1e-4, "model.zero_init_residual": True,
        }
        all[f"resnet, {kind}, pre-activation, zero_init_residual"] = {
            **base, **RESNET, **sgd, "model.preactivation": True, "model.zero_init_residual": True,
            "train.optimizer.decay_on": "weights",
        }
        for activation in sorted(ACTIVATIONS.keys() - {"tanh"}):
            all[f"resnet, {kind}, {activation}"] = {**base, **RESNET, **sgd, "model.activation": activation}
    all["resnet, images, 17 channels"] = {**IMAGES, **RESNET, **sgd, "model.width": 17}
    return all


class RmsNorm(nn.Module):
    """Divides each example by its root mean square; one gamma per channel."""

    def __init__(self, channels, epsilon):
        super().__init__()
        self.epsilon, self.weight = epsilon, nn.Parameter(torch.ones(channels, dtype=torch.float64))

    def forward(self, x):
        square = (x * x).mean(dim=tuple(range(1, x.dim())), keepdim=True)
        return x / (square + self.epsilon).sqrt() * self.weight.view(-1, *[1] * (x.dim() - 2))


class ConvNet(nn.Module):
    """Base of Cnn and ResNet; modules are constructed in the order of Descent's tensors and named like them."""

    def __init__(self, keys, flat):
        super().__init__()
        self.keys, self.flat = keys, flat
        self.activation = ACTIVATIONS[keys["model.activation"]]()

    def conv(self, i, o, kernel, stride, padding, bias):
        kind = nn.Conv1d if self.flat else nn.Conv2d
        return kind(i, o, kernel, stride, padding, bias=bias, dtype=torch.float64)

    def norm(self, channels):
        kind, epsilon = self.keys["model.norm.kind"], self.keys["model.norm.epsilon"]
        if kind == "batch":
            norm = nn.BatchNorm1d if self.flat else nn.BatchNorm2d
            return norm(channels, epsilon, self.keys["model.norm.momentum"], dtype=torch.float64)
        if kind in ("layer", "group"):
            groups = 1 if kind == "layer" else self.keys["model.norm.groups"]
            return nn.GroupNorm(groups, channels, epsilon, dtype=torch.float64)
        return RmsNorm(channels, epsilon) if kind == "rms" else nn.Identity()

    def pool(self, x, kernel, stride, padding=0):
        return (F.max_pool1d if self.flat else F.max_pool2d)(x, kernel, stride, padding)

    def flatten(self, x, pooling):
        x = x.flatten(2)
        return {"flatten": x.flatten(1), "average": x.mean(2), "max": x.amax(2)}[pooling]


class Cnn(ConvNet):
    def __init__(self, keys, shape):
        super().__init__(keys, len(shape) == 2)
        channels, i = keys["model.channels"], shape[0]
        self.max_pool = keys.get("model.max_pool", [1] * len(channels))
        strides = keys.get("model.strides", [2] * len(channels))
        sample = torch.zeros(1, *shape, dtype=torch.float64)
        for n, (o, kernel, stride) in enumerate(zip(channels, keys["model.kernels"], strides)):
            conv = self.conv(i, o, kernel, stride, keys["model.padding"], True)
            setattr(self, f"conv{n}", conv)
            setattr(self, f"norm{n}", self.norm(o))
            random = torch.get_rng_state()
            sample, i = self.pool(conv(sample).detach(), self.max_pool[n], self.max_pool[n]), o
            torch.set_rng_state(random)
        self.linear = nn.Linear(self.flatten(sample, keys["model.pooling"]).shape[1], 10, dtype=torch.float64)

    def forward(self, x):
        for n in range(len(self.keys["model.channels"])):
            conv, norm = getattr(self, f"conv{n}"), getattr(self, f"norm{n}")
            if getattr(conv, "path", None) == "deleted":
                continue
            before = self.keys["model.norm_position"] == "before"
            x = self.activation(norm(conv(x))) if before else norm(self.activation(conv(x)))
            x = self.pool(x, self.max_pool[n], self.max_pool[n])
        return self.linear(self.flatten(x, self.keys["model.pooling"]))


class Shortcut(nn.Module):
    def __init__(self, net, i, o, stride):
        super().__init__()
        self.conv = net.conv(i, o, 1, stride, 0, net.keys["model.norm.kind"] == "none")
        self.norm = nn.Identity() if net.keys["model.preactivation"] else net.norm(o)

    def forward(self, x):
        return self.norm(self.conv(x))


class Block(ConvNet):
    path = None  # see join()

    def __init__(self, keys, flat, i, width, stride):
        super().__init__(keys, flat)
        bias = keys["model.norm.kind"] == "none"
        plan = [(width, 3, stride), (width, 3, 1)]
        if keys["model.block"] == "bottleneck":
            plan = [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)]
        self.count, self.stride, self.out = len(plan), stride, plan[-1][0]
        first = i
        for n, (o, kernel, step) in enumerate(plan, 1):
            conv = self.conv(i, o, kernel, step, kernel // 2, bias)
            norm = self.norm(i if keys["model.preactivation"] else o)
            parts = [(f"conv{n}", conv), (f"norm{n}", norm)]
            for name, part in parts:
                setattr(self, name, part)
            i = o
        changes = stride != 1 or first != self.out
        projects = changes and keys["model.shortcut"] == "projection"
        self.shortcut = Shortcut(self, first, self.out, stride) if projects else None

    def forward(self, x):
        pre, h = self.keys["model.preactivation"], x
        activated = x
        if self.path == "deleted" and self.keys["model.shortcut"] == "none":
            return x
        for n in range(1, self.count + 1):
            conv, norm = getattr(self, f"conv{n}"), getattr(self, f"norm{n}")
            if pre:
                h = self.activation(norm(h))
                activated = h if n == 1 else activated
                h = conv(h)
            else:
                h = norm(conv(h))
                h = self.activation(h) if n < self.count else h
        if self.keys["model.shortcut"] != "none":
            if self.shortcut:
                x = self.shortcut(activated if pre else x)
            elif x.shape != h.shape:
                x = x[:, :, :: self.stride] if self.flat else x[:, :, :: self.stride, :: self.stride]
                x = F.pad(x, [0, 0] * (x.dim() - 2) + [0, h.shape[1] - x.shape[1]])
            h = join(self.path, x, h)
        return h if pre else self.activation(h)


class ResNet(ConvNet):
    def __init__(self, keys, shape):
        super().__init__(keys, len(shape) == 2)
        width, self.stages = keys["model.width"], len(keys["model.blocks"])
        kernel, bias = keys["model.stem.kernel"], keys["model.norm.kind"] == "none"
        self.conv1 = self.conv(shape[0], width, kernel, keys["model.stem.stride"], kernel // 2, bias)
        pre = keys["model.preactivation"]
        self.norm1 = nn.Identity() if pre else self.norm(width)
        i = width
        for stage, blocks in enumerate(keys["model.blocks"]):
            layer = []
            for n in range(blocks):
                layer.append(Block(keys, self.flat, i, width << stage, 2 if stage and n == 0 else 1))
                i = layer[-1].out
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.norm_last = self.norm(i) if pre else nn.Identity()
        self.linear = nn.Linear(i, 10, dtype=torch.float64)

    def forward(self, x):
        pre = self.keys["model.preactivation"]
        x = self.conv1(x)
        x = x if pre else self.activation(self.norm1(x))
        x = self.pool(x, 3, 2, 1) if self.keys["model.stem.max_pool"] else x
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        x = self.activation(self.norm_last(x)) if pre else x
        return self.linear(self.flatten(x, "average"))


def descent_name(name):
    return "norm." + name.removeprefix("norm_last.") if name.startswith("norm_last.") else name


def starts_at_zero(keys, name):
    """Weights that zero_init_residual sets to 0."""
    last = "2" if keys["model.block"] == "basic" else "3"
    kind = "norm" if keys["model.norm.kind"] != "none" and not keys["model.preactivation"] else "conv"
    return keys["model.zero_init_residual"] and name.startswith("layer") and name.endswith(f"{kind}{last}.weight")


def single_cases():
    """In float32, with smooth activations: rounding grows, but moves no value across a kink."""
    sgd = {**SGD, "train.optimizer.lr": 0.01}
    cases = {
        "float32, cnn, images": {**IMAGES, **CNN, **sgd, "model.strides": [1, 1, 2], "model.norm.kind": "group",
                                 "model.norm.groups": 5},
        "float32, cnn, signals": {**SIGNALS, **CNN, **sgd},
        "float32, resnet, images": {**IMAGES, **RESNET, **sgd, "model.width": 16, "model.norm.kind": "group"},
        "float32, resnet, signals": {**SIGNALS, **RESNET, **sgd, "model.norm.kind": "layer"},
    }
    return {name: {**keys, "precision": "float32"} for name, keys in cases.items()}


def network_of(keys):
    shape = [1, 40] if keys["data.name"] == "mnist1d" else [1, 8, 8]
    torch.manual_seed(SEED)
    return {"cnn": Cnn, "resnet": ResNet}[keys["model.kind"]](keys, shape), shape


def load_weights(model, tensors):
    """Every parameter and statistic of the network from a file, by name and shape."""
    found = {n: tensors[descent_name(n)] for n in model.state_dict() if not n.endswith("num_batches_tracked")}
    assert len(found) == len(tensors), f"{sorted(tensors)} for {sorted(found)}"
    model.load_state_dict(found, strict=False)


def compare_case(case, keys, tensors):
    """A network in float64 against Descent's, which may be in float32: then from its initial weights."""
    keys = {**CONVNET_DEFAULTS, **keys}
    single = keys["precision"] == "float32"
    allowed = 5e-6 if single else 1e-10
    model, shape = network_of(keys)
    x, test_x = (tensors[name].double().view(-1, *shape) for name in ("x", "test_x"))
    y, test_y = tensors["y"].long(), tensors["test_y"].long()
    named = [(descent_name(n), p) for n, p in model.named_parameters()]
    assert {n for n, _ in named} == {n.removeprefix("grad/") for n in tensors if n.startswith("grad/")}
    for name, parameter in named:
        if starts_at_zero(keys, name):
            nn.init.zeros_(parameter)
    if single:
        load_weights(model, {n.removeprefix("init/"): t for n, t in tensors.items() if n.startswith("init/")})
    check(f"{case}: initialization", max(distance(p, tensors["init/" + n]) for n, p in named), 0)
    optimizer = make_optimizer(keys, model)
    model.train()
    for step, row in enumerate(tensors["order"]):
        batch = row[row >= 0]
        optimizer.zero_grad()
        logits = model(x[batch])
        loss_of(keys, logits, y[batch]).backward()
        if step == 0:
            check(f"{case}: first outputs", distance(logits, tensors["logits0"]), allowed)
            gradients = max(distance(p.grad, tensors["grad/" + n]) for n, p in named)
            check(f"{case}: first gradient", gradients, allowed)
        optimizer.step()
    before_norm = keys["model.norm.kind"] in ("batch", "group", "layer") and keys["model.kind"] == "cnn"
    compared = [(n, p) for n, p in named if not (before_norm and n.startswith("conv") and n.endswith("bias"))]
    check(f"{case}: parameters after {STEPS} steps", max(distance(p, tensors["final/" + n]) for n, p in compared), allowed)
    running = [(descent_name(n), b) for n, b in model.named_buffers() if n.rsplit(".")[-1].startswith("running")]
    if running:
        check(f"{case}: running statistics", max(distance(b, tensors["final/" + n]) for n, b in running), allowed)
    model.eval()
    with torch.no_grad():
        for part, inputs, labels in ("train", x, y), ("test", test_x, test_y):
            loss = loss_of(keys, model(inputs), labels).item()
            check(f"{case}: {part} loss", abs(loss - tensors[part + "_loss"].item()), allowed)


def compare_saved_weights(descent, case, keys, tensors):
    """With the saved weights of a trained network the predictions for the test examples are those of predictions.npy."""
    with tempfile.TemporaryDirectory() as folder:
        experiment = pathlib.Path(folder) / "saved.json"
        keys = {**keys, "record.predictions": True}
        experiment.write_text(json.dumps({"name": "saved", "seeds": [SEED], **nest(keys)}))
        command = [descent, "run", experiment, "--out", folder, "--save-weights"]
        subprocess.run(command, check=True, capture_output=True)
        [file], [recorded] = (list(pathlib.Path(folder).rglob(name)) for name in ("*.safetensors", "predictions.npy"))
        model, shape = network_of({**CONVNET_DEFAULTS, **keys})
        load_weights(model, load_safetensors(file))
        model.eval()
        predicted = model(tensors["test_x"].double().view(-1, *shape)).softmax(1)
        check(f"{case}: predictions from saved weights", distance(predicted, torch.from_numpy(np.load(recorded))[0]), 1e-6)


def main():
    program, descent = sys.argv[1:]
    all = {**cases(), **single_cases()}
    for case, tensors in dump(program, "oracle-convnets", {}, all).items():
        compare_case(case, all[case], tensors)
        if case.endswith(("images, defaults", "signals, max_pool, global max pooling", "images, bottleneck, shortcut projection")):
            compare_saved_weights(descent, case, all[case], tensors)
    print(f"convnets: {compare.failures} failures, torch {torch.__version__}, steps {STEPS}, {len(all)} cases")
    sys.exit(1 if compare.failures else 0)


if __name__ == "__main__":
    main()
