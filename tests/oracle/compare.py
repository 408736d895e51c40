"""Checks that Descent computes what PyTorch computes.

    python tests/oracle/compare.py ORACLE_DUMP DESCENT

ORACLE_DUMP (oracle_dump.cpp) trains every case below and writes its data, batches, initial and final weights. Here
the same networks are built with torch.nn and trained from the same weights on the same batches.
One line per comparison: the largest difference measured and the largest allowed. Exit 1 if one is larger.
"""

import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

torch.set_num_threads(1)
failures = 0
DATA = pathlib.Path(__file__).resolve().parents[2] / "experiments/data"
SEED = 3
STEPS = 200
# The uneven size leaves a last batch of 30 in each epoch of five.
BASE = {
    "data.name": "mnist1d",
    "data.train_size": 430,
    "data.test_size": 250,
    "model.width": 24,
    "model.depth": 3,
    "model.init.scheme": "he_normal",
    "train.batch_size": 100,
    "train.steps": STEPS,
}
DEFAULTS = {
    "model.activation": "relu",
    "model.norm.kind": "none",
    "model.norm.momentum": 0.1,
    "model.norm.epsilon": 1e-5,
    "model.norm.affine": True,
    "model.norm.predict_with": "running",
    "model.norm.statistics_groups": 1,
    "model.norm.synchronized": False,
    "model.norm_position": "before",
    "model.residual": False,
    "train.optimizer.weight_decay": 0,
    "train.optimizer.decay_on": "all",
    "train.optimizer.momentum": 0,
    "train.optimizer.nesterov": False,
    "train.optimizer.betas": [0.9, 0.999],
    "train.optimizer.eps": 1e-8,
    "train.schedule.kind": "constant",
    "train.schedule.unit": "epochs",
    "train.schedule.factor": 0.1,
    "train.schedule.warmup": 0,
    "train.schedule.minimum_lr": 0,
    "train.drop_last": False,
    "train.loss.kind": "cross_entropy",
    "train.loss.label_smoothing": 0,
}
SGD = {
    "train.optimizer.name": "sgd",
    "train.optimizer.lr": 0.02,
    "train.optimizer.momentum": 0.9,
    "train.optimizer.weight_decay": 1e-3,
}
ADAM = {"train.optimizer.name": "adam", "train.optimizer.lr": 1e-3, "train.optimizer.weight_decay": 1e-2}
ADAMW = {"train.optimizer.name": "adamw", "train.optimizer.lr": 1e-3, "train.optimizer.weight_decay": 1e-1}
OPTIMIZERS = {"sgd": SGD, "adam": ADAM, "adamw": ADAMW}
NORMS = ["none", "batch", "layer", "rms", "group"]
ACTIVATIONS = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "leaky_relu": nn.LeakyReLU,
    "silu": nn.SiLU,
    "identity": nn.Identity,
}


def norm_keys(norm, position, optimizer):
    keys = {} if norm == "none" else {"model.norm.kind": norm, "model.norm_position": position}
    # The gradient of a bias before batch norm is rounding noise, which Adam divides by about eps: a larger eps keeps it
    # from changing the running mean.
    if norm == "batch" and position == "before" and optimizer != "sgd":
        keys["train.optimizer.eps"] = 1e-4
    # The few ReLUs of a group are often almost constant; divided by their standard deviation, rounding errors would grow
    # from step to step: a larger epsilon keeps the two trainings comparable.
    if norm == "group":
        keys["model.norm.epsilon"] = 0.1
    return keys


def training_cases():
    """By name, the keys that each case sets."""
    cases = {}
    for optimizer, keys in OPTIMIZERS.items():
        for norm in NORMS:
            for position in ["before", "after"] if norm != "none" else ["before"]:
                cases[f"{optimizer}, norm {norm}" + (f" {position}" if norm != "none" else "")] = {
                    **keys,
                    **norm_keys(norm, position, optimizer),
                }
            cases[f"{optimizer}, residual, norm {norm}"] = {
                **keys,
                **norm_keys(norm, "before", optimizer),
                "model.residual": True,
                "model.depth": 5,
            }
        for norm in "none", "layer":
            cases[f"{optimizer}, norm {norm}, decay on weights only"] = {
                **keys,
                **norm_keys(norm, "before", optimizer),
                "train.optimizer.decay_on": "weights",
            }
    for activation in "tanh", "gelu":
        for branch_init in "one", "inverse_sqrt_depth", "zero":
            cases[f"residual, {activation}, branch_init {branch_init}"] = {
                **SGD,
                "train.optimizer.momentum": 0.8,
                "model.activation": activation,
                "model.residual": True,
                "model.branch_init": branch_init,
                "model.depth": 5,
            }
    for activation in ACTIVATIONS:
        cases[f"activation {activation}"] = {
            **SGD,
            "train.optimizer.momentum": 0.8,
            "model.activation": activation,
        }
        cases[f"activation {activation}, batch norm"] = {
            **SGD,
            "train.optimizer.momentum": 0.8,
            "model.activation": activation,
            "model.norm.kind": "batch",
        }
    schedule = "train.schedule."
    cases |= {
        "nesterov": {**SGD, "train.optimizer.nesterov": True},
        "plain sgd": {"train.optimizer.name": "sgd", "train.optimizer.lr": 0.05},
        "adam, other betas and eps": {
            **ADAM,
            "train.optimizer.betas": [0.8, 0.95],
            "train.optimizer.eps": 1e-4,
        },
        "clipped gradient": {**SGD, "train.clip_gradient_norm": 0.5},
        "label smoothing": {**SGD, "train.loss.label_smoothing": 0.1},
        "squared error": {**SGD, "train.loss.kind": "mse"},
        "real targets": {**SGD, "train.loss.kind": "mse", "data.name": "sinusoid"},
        "drop_last": {**SGD, "train.drop_last": True},
        "full batch": {**SGD, "train.batch_size": "full"},
        "step schedule": {**SGD, schedule + "kind": "step", schedule + "every": 15, schedule + "factor": 0.5},
        "multistep schedule": {
            **SGD,
            schedule + "kind": "multistep",
            schedule + "milestones": [40, 100],
            schedule + "unit": "steps",
        },
        "cosine schedule": {**SGD, schedule + "kind": "cosine", schedule + "minimum_lr": 1e-4},
        "exponential schedule": {**SGD, schedule + "kind": "exponential", schedule + "factor": 0.9},
        "warm-up": {**SGD, schedule + "warmup": 4},
        "warm-up and cosine": {
            **ADAM,
            schedule + "kind": "cosine",
            schedule + "warmup": 30,
            schedule + "unit": "steps",
        },
        "batch norm without gamma and beta": {**SGD, "model.norm.kind": "batch", "model.norm.affine": False},
        "batch norm, other momentum and epsilon": {
            **SGD,
            "model.norm.kind": "batch",
            "model.norm.momentum": 0.3,
            "model.norm.epsilon": 1e-2,
        },
        "batch norm predicting with batch statistics": {
            **SGD,
            "model.norm.kind": "batch",
            "model.norm.predict_with": "batch",
        },
        **{
            f"batch norm of {k} groups{', synchronized' * synchronized}, {optimizer}": {
                **keys,
                **norm_keys("batch", "before", optimizer),
                "model.norm.statistics_groups": k,
                **({"model.norm.synchronized": True} if synchronized else {}),
            }
            for k in (2, 5)
            for synchronized in (False, True)
            for optimizer, keys in OPTIMIZERS.items()
        },
        "layer norm without gamma and beta": {**SGD, "model.norm.kind": "layer", "model.norm.affine": False},
        "label noise and standard scaling": {
            **SGD,
            "data.label_noise.rate": 0.2,
            "data.normalize": "standard",
        },
    }
    return cases


def load_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    types = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "I64": np.int64}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


def nest(flat):
    tree = {}
    for path, value in flat.items():
        *parents, leaf = path.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return tree


def dump(program, name, base, cases):
    """Runs oracle_dump on an experiment whose points are the cases; the tensors of each, by case."""
    sweep = [{path: [value] for path, value in keys.items()} for keys in cases.values()]
    with tempfile.TemporaryDirectory() as folder:
        experiment, out = pathlib.Path(folder) / f"{name}.json", pathlib.Path(folder) / "out.safetensors"
        experiment.write_text(json.dumps({"name": name, "seeds": [SEED], **nest(base), "sweep": sweep}))
        subprocess.run([program, experiment, out], check=True)
        tensors = load_safetensors(out)
    points = {}
    for path, tensor in tensors.items():
        point, rest = path.split("/", 1)
        points.setdefault(int(point), {})[rest] = tensor
    assert sorted(points) == list(range(len(cases))), f"{len(points)} points for {len(cases)} cases"
    return {case: points[index] for index, case in enumerate(cases)}


def check(what, difference, allowed):
    global failures
    bad = not difference <= allowed
    failures += bad
    print(f"{'FAIL' if bad else 'ok  '} {what}: {difference:.2e} (at most {allowed:.0e})", flush=True)


def distance(a, b):
    assert a.shape == b.shape, f"shapes {tuple(a.shape)} and {tuple(b.shape)}"
    return (a.detach().double() - b.detach().double()).abs().max().item()


class GroupedBatchNorm(nn.BatchNorm1d):
    """Batch norm on K devices under DistributedDataParallel, which keeps the buffers of the first."""

    groups = 1

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        first, *others = x.chunk(self.groups)
        return torch.cat(
            [super().forward(first), *(F.batch_norm(part, None, None, self.weight, self.bias, True, 0, self.eps) for part in others)]
        )


def join(path, shortcut, branch):
    """The output of a residual block; compare_probes.py deletes branches and sends the gradient along one path."""
    if path == "deleted":
        return shortcut
    return (shortcut.detach() if path == "branch" else shortcut) + (branch.detach() if path == "shortcut" else branch)


class Mlp(nn.Module):
    """Linear, norm, activation per hidden layer, then the output layer; modules named as in Descent's weight files.

    In a residual network every linear layer except the first and the last adds its output to its input z. A linear
    layer may have a `path`, see join(); a deleted layer of a plain network is skipped.
    """

    def __init__(self, keys, dtype, sizes):
        super().__init__()
        self.keys, self.depth = keys, len(sizes) - 2
        for i in range(self.depth + 1):
            setattr(self, f"linear{i}", nn.Linear(sizes[i], sizes[i + 1], dtype=dtype))
        epsilon, affine = keys["model.norm.epsilon"], keys["model.norm.affine"]
        kind = keys["model.norm.kind"]
        for i, width in enumerate(sizes[1:-1]):
            if kind == "batch":
                norm = GroupedBatchNorm(width, epsilon, keys["model.norm.momentum"], affine, dtype=dtype)
                if not keys["model.norm.synchronized"]:
                    norm.groups = keys["model.norm.statistics_groups"]
            elif kind == "layer":
                norm = nn.LayerNorm(width, epsilon, affine, dtype=dtype)
            elif kind == "group":
                norm = nn.GroupNorm(4, width, epsilon, affine, dtype=dtype)
            elif kind == "rms":
                norm = nn.RMSNorm(width, epsilon, affine, dtype=dtype)
            else:
                norm = None
            setattr(self, f"norm{i}", norm)
        self.activation = ACTIVATIONS[keys["model.activation"]]()

    def forward(self, x):
        before, residual = self.keys["model.norm_position"] == "before", self.keys["model.residual"]
        for i in range(self.depth):
            linear = getattr(self, f"linear{i}")
            path = getattr(linear, "path", None)
            if path == "deleted" and not residual:
                continue
            z = join(path, z, linear(x)) if residual and i > 0 else linear(x)
            norm = getattr(self, f"norm{i}") or nn.Identity()
            x = self.activation(norm(z)) if before else norm(self.activation(z))
        return getattr(self, f"linear{self.depth}")(x)


def make_optimizer(keys, model):
    k = {
        name: keys["train.optimizer." + name]
        for name in ("lr", "weight_decay", "momentum", "nesterov", "betas", "eps")
    }
    parameters = [{"params": list(model.parameters())}]
    if keys["train.optimizer.decay_on"] == "weights":
        matrices, vectors = ([p for p in model.parameters() if (p.dim() > 1) == m] for m in (True, False))
        parameters = [{"params": matrices}, {"params": vectors, "weight_decay": 0}]
    if keys["train.optimizer.name"] == "sgd":
        return torch.optim.SGD(parameters, k["lr"], k["momentum"], 0, k["weight_decay"], k["nesterov"])
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[keys["train.optimizer.name"]]
    return kind(parameters, k["lr"], k["betas"], k["eps"], k["weight_decay"])


def make_schedule(keys, optimizer, steps_per_epoch):
    """PyTorch's own schedulers, stepped after every training step."""
    k = {
        name: keys.get("train.schedule." + name)
        for name in ("kind", "unit", "every", "milestones", "factor", "minimum_lr", "warmup")
    }
    unit = steps_per_epoch if k["unit"] == "epochs" else 1
    warmup = k["warmup"] * unit
    if k["kind"] == "step":
        schedule = lr_scheduler.StepLR(optimizer, k["every"] * unit, k["factor"])
    elif k["kind"] == "multistep":
        schedule = lr_scheduler.MultiStepLR(optimizer, [m * unit for m in k["milestones"]], k["factor"])
    elif k["kind"] == "cosine":
        schedule = lr_scheduler.CosineAnnealingLR(optimizer, STEPS - warmup, k["minimum_lr"])
    elif k["kind"] == "exponential":
        schedule = lr_scheduler.StepLR(optimizer, unit, k["factor"])
    else:
        schedule = lr_scheduler.ConstantLR(optimizer, 1)
    if not warmup:
        return schedule
    ramp = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1, warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [ramp, schedule], [warmup])


def is_real(targets):
    return targets.dtype.is_floating_point


def loss_of(keys, logits, y):
    if keys["train.loss.kind"] == "mse":
        return F.mse_loss(logits, y if is_real(y) else F.one_hot(y, logits.shape[1]).to(logits.dtype))
    return F.cross_entropy(logits, y, label_smoothing=keys["train.loss.label_smoothing"])


@torch.no_grad()
def evaluate(keys, model, x, y):
    """Mean loss and error in evaluation mode; with batch statistics in training-sized batches."""
    batchwise = keys["model.norm.kind"] == "batch" and keys["model.norm.predict_with"] == "batch"
    model.train(batchwise)
    size = keys["train.batch_size"] if batchwise else len(x)
    logits = torch.cat([model(part) for part in x.split(size)])
    error = None if is_real(y) else (logits.argmax(1) != y).double().mean().item()
    return loss_of(keys, logits, y).item(), error


def is_bias_before_norm(keys, name):
    """Whether a parameter is a bias before batch norm: its gradient is rounding noise."""
    before = keys["model.norm.kind"] == "batch" and keys["model.norm_position"] == "before"
    return (
        before
        and name.startswith("linear")
        and name.endswith("bias")
        and name != f"linear{keys['model.depth']}.bias"
    )


def compare_training(case, keys, tensors, dtype, allowed):
    keys = {**DEFAULTS, **keys}
    x, test_x = tensors["x"].to(dtype), tensors["test_x"].to(dtype)
    y, test_y = (t if is_real(t) else t.long() for t in (tensors["y"], tensors["test_y"]))
    outputs = y.shape[1] if is_real(y) else 10
    model = Mlp(keys, dtype, [x.shape[1], *[keys["model.width"]] * keys["model.depth"], outputs])
    model.load_state_dict(
        {n.removeprefix("init/"): t for n, t in tensors.items() if n.startswith("init/")}, strict=False
    )
    batches = [row[row >= 0] for row in tensors["order"]]
    assert len(batches) == STEPS
    epoch = len(y) // len(batches[0]) if keys["train.drop_last"] else math.ceil(len(y) / len(batches[0]))
    optimizer = make_optimizer(keys, model)
    schedule = make_schedule(keys, optimizer, epoch)

    model.train()
    for step, batch in enumerate(batches):
        optimizer.zero_grad()
        logits = model(x[batch])
        loss_of(keys, logits, y[batch]).backward()
        if step == 0:
            check(f"{case}: first outputs", distance(logits, tensors["logits0"]), allowed)
            check(
                f"{case}: first gradient",
                max(distance(p.grad, tensors["grad/" + n]) for n, p in model.named_parameters()),
                allowed,
            )
            # Where rounding moves a float32 value across the kink of the activation, the trainings diverge.
            if dtype == torch.float32 and keys["model.activation"] in ("relu", "leaky_relu"):
                return
        if "train.clip_gradient_norm" in keys:
            nn.utils.clip_grad_norm_(model.parameters(), keys["train.clip_gradient_norm"])
        optimizer.step()
        schedule.step()

    compared = [(n, p) for n, p in model.named_parameters() if not is_bias_before_norm(keys, n)]
    if dtype == torch.float64:
        check(
            f"{case}: parameters after {STEPS} steps",
            max(distance(p, tensors["final/" + n]) for n, p in compared),
            allowed,
        )
    statistics = [(n, b) for n, b in model.named_buffers() if n.rsplit(".")[-1].startswith("running")]
    if statistics:
        check(
            f"{case}: running statistics",
            max(distance(b, tensors["final/" + n]) for n, b in statistics),
            allowed,
        )
    for part, inputs, labels in ("train", x, y), ("test", test_x, test_y):
        loss, error = evaluate(keys, model, inputs, labels)
        check(f"{case}: {part} loss", abs(loss - tensors[part + "_loss"].item()), allowed)
        if error is None:
            assert part + "_error" not in tensors
            continue
        # In float32 an example on a decision boundary may be assigned to either class.
        check(
            f"{case}: {part} error",
            abs(error - tensors[part + "_error"].item()),
            1e-10 if dtype == torch.float64 else 2 / len(labels),
        )


def compare_trainings(program):
    cases = training_cases()
    for precision, dtype, allowed, activation in (
        ("float64", torch.float64, 1e-10, "relu"),
        ("float32", torch.float32, 1e-4, "gelu"),
    ):
        base = {**BASE, "precision": precision, "model.activation": activation}
        for case, tensors in dump(program, "oracle-" + precision, base, cases).items():
            compare_training(f"{precision}, {case}", {**base, **cases[case]}, tensors, dtype, allowed)


def compare_default_initialization(program):
    """pytorch_default against torch.manual_seed and nn.Linear in order, bit for bit."""
    for precision, dtype in ("float64", torch.float64), ("float32", torch.float32):
        cases = {
            f"{precision}, width {w}, depth {d}": {"model.width": w, "model.depth": d}
            for w, d in [(1, 1), (7, 2), (24, 3), (256, 2)]
        }
        base = {**BASE, "precision": precision, "model.init.scheme": "pytorch_default", "train.steps": 1}
        for case, tensors in dump(program, "oracle-default", base, cases).items():
            torch.manual_seed(SEED)
            sizes = [40, *[cases[case]["model.width"]] * cases[case]["model.depth"], 10]
            model = Mlp({**DEFAULTS}, dtype, sizes)
            check(
                f"pytorch_default, {case}",
                max(distance(p, tensors["init/" + n]) for n, p in model.named_parameters()),
                0,
            )


def variance_of(keys, fan_in, fan_out):
    """The variance of each scheme as stated by `descent explain model.init`."""
    fan = fan_out if keys.get("model.init.mode") == "fan_out" else fan_in
    scheme = keys["model.init.scheme"]
    if "model.init.std" in keys:
        return keys["model.init.std"] ** 2
    base = {
        "normal": 1 / fan_in,
        "uniform": 1 / fan_in,
        "xavier": 2 / (fan_in + fan_out),
        "he": 2 / fan,
        "lecun": 1 / fan_in,
        "pytorch": 1 / (3 * fan_in),
    }[scheme.split("_")[0]]
    return keys.get("model.init.gain", 1) ** 2 * base


def compare_moments(case, keys, weight):
    """Mean, variance and kurtosis within five standard errors; a uniform distribution fills its interval."""
    w, n = weight.double().flatten(), weight.numel()
    fan_out, fan_in = weight.shape
    variance = variance_of(keys, fan_in, fan_out)
    uniform = keys["model.init.scheme"] in ("uniform", "xavier_uniform", "he_uniform", "pytorch_default")
    kurtosis = 1.8 if uniform else 3.0
    check(f"{case}: mean over its standard error", abs(w.mean().item()) / math.sqrt(variance / n), 5)
    check(
        f"{case}: variance over its standard error",
        abs((w * w).mean().item() / variance - 1) / math.sqrt((kurtosis - 1) / n),
        5,
    )
    spread = 10 / math.sqrt(n)  # of the fourth moment: sqrt(96 / n) for a normal distribution
    check(f"{case}: kurtosis", abs((w**4).mean().item() / variance**2 - kurtosis), 5 * spread)
    if uniform:
        largest = w.abs().max().item() / math.sqrt(3 * variance)
        check(f"{case}: bound", abs(largest - 1), 50 / n)


def compare_initializers(program):
    scheme = "model.init.scheme"
    cases = {
        name: {scheme: name}
        for name in (
            "normal",
            "uniform",
            "xavier_normal",
            "xavier_uniform",
            "he_normal",
            "he_uniform",
            "lecun_normal",
            "pytorch_default",
        )
    }
    cases |= {
        f"{name}, fan_out": {scheme: name, "model.init.mode": "fan_out"}
        for name in ("he_normal", "he_uniform")
    }
    cases |= {
        f"{name}, gain 3": {scheme: name, "model.init.gain": 3}
        for name in ("normal", "uniform", "xavier_uniform", "he_normal")
    }
    cases |= {f"{name}, std 0.02": {scheme: name, "model.init.std": 0.02} for name in ("normal", "uniform")}
    base = {**BASE, "model.width": 300, "model.depth": 2, "train.steps": 1}
    del base[scheme]
    for case, tensors in dump(program, "oracle-moments", base, cases).items():
        for i in range(3):
            compare_moments(f"{case}, layer {i}", cases[case], tensors[f"init/linear{i}.weight"])
            if cases[case][scheme] != "pytorch_default":
                check(f"{case}, layer {i}: bias is 0", tensors[f"init/linear{i}.bias"].abs().max().item(), 0)
    exact = {
        "zeros": {scheme: "zeros"},
        "constant": {scheme: "constant", "model.init.value": 0.25},
        "bias": {scheme: "he_normal", "model.init.bias": 0.5},
    }
    tensors = dump(program, "oracle-exact", base, exact)
    for i in range(3):
        check(f"zeros, layer {i}", tensors["zeros"][f"init/linear{i}.weight"].abs().max().item(), 0)
        check(
            f"constant, layer {i}",
            (tensors["constant"][f"init/linear{i}.weight"] - 0.25).abs().max().item(),
            0,
        )
        check(f"bias, layer {i}", (tensors["bias"][f"init/linear{i}.bias"] - 0.5).abs().max().item(), 0)


def compare_branch_inits(program):
    """The random numbers are those of a plain network; branch_init only scales the weights of the branches."""
    depth = 10
    base = {**BASE, "precision": "float64", "model.depth": depth, "train.steps": 1}
    scales = {"one": 1, "inverse_sqrt_depth": 1 / math.sqrt(depth - 1), "zero": 0}
    cases = {name: {"model.residual": True, "model.branch_init": name} for name in scales}
    points = dump(program, "oracle-branches", base, {"plain": {"model.residual": False}, **cases})
    for name, scale in scales.items():
        for i in range(depth + 1):
            weight = points["plain"][f"init/linear{i}.weight"]
            branch = 0 < i < depth
            check(
                f"branch_init {name}, layer {i}",
                distance(points[name][f"init/linear{i}.weight"], weight * scale if branch else weight),
                0,
            )


def compare_orthogonal(program):
    for precision, allowed in ("float64", 1e-12), ("float32", 1e-4):
        cases = {f"gain {gain}": {"model.init.gain": gain} for gain in (1, 1.5)}
        base = {**BASE, "precision": precision, "model.init.scheme": "orthogonal", "train.steps": 1}
        for case, tensors in dump(program, "oracle-orthogonal", base, cases).items():
            for i in range(4):
                w = tensors[f"init/linear{i}.weight"].double()
                gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
                expected = cases[case]["model.init.gain"] ** 2 * torch.eye(len(gram), dtype=torch.float64)
                check(
                    f"orthogonal, {precision}, {case}, layer {i}: gram matrix",
                    distance(gram, expected),
                    allowed,
                )


def compare_saved_weights(descent):
    """The files of `descent run --save-weights` reproduce the losses of summary.csv."""
    keys = {**BASE, **SGD, "model.norm.kind": "batch", "train.steps": 60}
    train_x, train_y, test_x, test_y = (
        torch.from_numpy(np.load(DATA / f"mnist1d/{name}.npy"))
        for name in ("x_train", "y_train", "x_test", "y_test")
    )
    with tempfile.TemporaryDirectory() as folder:
        experiment = pathlib.Path(folder) / "saved.json"
        experiment.write_text(json.dumps({"name": "saved", "seeds": 2, **nest(keys)}))
        subprocess.run(
            [descent, "run", experiment, "--out", folder, "--save-weights"], check=True, capture_output=True
        )
        with open(pathlib.Path(folder) / "saved/summary.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            [file] = pathlib.Path(folder).rglob(row["run"] + ".safetensors")
            model = Mlp({**DEFAULTS, **keys}, torch.float32, [40, 24, 24, 24, 10])
            model.load_state_dict(load_safetensors(file), strict=False)
            for part, x, y in ("train", train_x[:430], train_y[:430]), ("test", test_x[:250], test_y[:250]):
                loss, error = evaluate({**DEFAULTS, **keys}, model, x, y.long())
                check(
                    f"saved weights, seed {row['seed']}: {part} loss",
                    abs(loss - float(row[f"final_{part}_loss"])),
                    1e-5,
                )
                check(
                    f"saved weights, seed {row['seed']}: {part} error",
                    abs(error - float(row[f"final_{part}_error"])),
                    1e-9,
                )


def main():
    program, descent = sys.argv[1:]
    compare_trainings(program)
    compare_default_initialization(program)
    compare_initializers(program)
    compare_branch_inits(program)
    compare_orthogonal(program)
    compare_saved_weights(descent)
    print(f"oracle: {failures} failures, torch {torch.__version__}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
