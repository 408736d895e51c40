"""Compares initial weights with PyTorch (bit for bit) and with the documented distributions.

    python tests/oracle/compare_initializers.py ORACLE_DUMP

Both engines start from the same values (tests/engine/parity_test.cpp). Prints the measured and the allowed difference
of every comparison; exits with 1 if one is too large.
"""

import math
import sys

import torch
from common import SEED, check, distance, dump, finish, largest, part
from torch import nn

SCHEME = "model.init.scheme"
BASE = {"data.name": "mnist1d", "data.train_size": 70, "data.test_size": 40, "train.batch_size": 20, "train.steps": 1}
MLP = {"model.width": 24, "model.depth": 3}
IMAGES = {"data.name": "digits"}
RESNET = {"model.kind": "resnet", "model.width": 4, "model.blocks": [1, 2], "model.norm.kind": "batch"}
PROJECTION = {**RESNET, "model.shortcut": "projection"}
PREACTIVATION = {"model.preactivation": True}
FEATURES = {"model.kind": "linear_model", "train.loss.kind": "mse", "model.features.kind": "random_relu",
            "model.width": 70}  # fmt: skip


def initial(program, base, cases):
    """The tensors before the first step by case, in the order of construction."""
    return {case: part(tensors, "init/") for case, tensors in dump(program, base, cases).items()}


def weights_of(tensors):
    """The weights of linear layers and convolutions by layer."""
    return {n.removesuffix(".weight"): w for n, w in tensors.items() if n.endswith(".weight") and w.dim() > 1}


def compare_default_initialization(program):
    """pytorch_default equals the layers that PyTorch constructs in this order after torch.manual_seed, bit for bit."""
    sizes = [(1, 1), (7, 2), (24, 3), (256, 2)]
    cases = {f"width {w}, depth {d}": {"model.width": w, "model.depth": d} for w, d in sizes} | {
        "cnn, signals": {"model.kind": "cnn"},
        "cnn, images": {**IMAGES, "model.kind": "cnn"},
        "resnet, signals": RESNET,
        "resnet, images": {**IMAGES, **PROJECTION},
        "resnet, bottleneck, no norm": {**IMAGES, **PROJECTION, "model.block": "bottleneck", "model.norm.kind": "none"},
        "resnet, pre-activation": {**IMAGES, **PROJECTION, **PREACTIVATION},
        "mixture of experts": {"model.kind": "mixture_of_experts", "model.experts.count": 3,
                               "model.experts.hidden": [8, 7], "model.gate.hidden": [9]},
    }  # fmt: skip
    for precision, dtype in ("float64", torch.float64), ("float32", torch.float32):
        for case, tensors in initial(program, {**BASE, "precision": precision}, cases).items():
            torch.manual_seed(SEED)
            differences = []
            for layer, weight in weights_of(tensors).items():
                kind = {2: nn.Linear, 3: nn.Conv1d, 4: nn.Conv2d}[weight.dim()]
                outputs, inputs, *kernel = weight.shape
                options = {"bias": layer + ".bias" in tensors, "dtype": dtype}
                module = kind(inputs, outputs, *([kernel] if kernel else []), **options)
                differences += [distance(p, tensors[f"{layer}.{n}"]) for n, p in module.named_parameters()]
            check(f"pytorch_default, {precision}, {case}, {len(differences)} tensors", largest(differences), 0)


def compare_random_features(program):
    """Random features equal normal_ after torch.manual_seed, bit for bit."""
    base = {**BASE, **FEATURES, "precision": "float64"}
    [tensors] = initial(program, base, {"random features": {}}).values()
    torch.manual_seed(SEED)
    weight = torch.empty(70, 40, dtype=torch.float64).normal_(0, 1 / math.sqrt(40)) * (1 / math.sqrt(70))
    bias = torch.empty(70, dtype=torch.float64).normal_(0, 0.1) * (1 / math.sqrt(70))
    check("random features: weight", distance(weight, tensors["features.weight"]), 0)
    check("random features: bias", distance(bias, tensors["features.bias"]), 0)


def variance_of(keys, fan_in, fan_out):
    """The variance that `descent explain model.init` states."""
    fan = fan_out if keys.get("model.init.mode") == "fan_out" else fan_in
    if "model.init.std" in keys:
        return keys["model.init.std"] ** 2
    base = {
        "normal": 1 / fan_in,
        "uniform": 1 / fan_in,
        "xavier": 2 / (fan_in + fan_out),
        "he": 2 / fan,
        "lecun": 1 / fan_in,
        "pytorch": 1 / (3 * fan_in),
    }[keys[SCHEME].split("_")[0]]
    return keys.get("model.init.gain", 1) ** 2 * base


def compare_moments(case, keys, weight):
    """Mean, variance and kurtosis within five standard errors; a uniform distribution fills its interval."""
    w, n = weight.double().flatten(), weight.numel()
    positions = weight[0, 0].numel()
    variance = variance_of(keys, positions * weight.shape[1], positions * weight.shape[0])
    uniform = keys[SCHEME] in ("uniform", "xavier_uniform", "he_uniform", "pytorch_default")
    kurtosis = 1.8 if uniform else 3.0
    check(f"{case}: mean over its standard error", abs(w.mean().item()) / math.sqrt(variance / n), 5)
    error = abs((w * w).mean().item() / variance - 1) / math.sqrt((kurtosis - 1) / n)
    check(f"{case}: variance over its standard error", error, 5)
    spread = 10 / math.sqrt(n)  # of the fourth moment: sqrt(96 / n) for a normal distribution
    check(f"{case}: kurtosis", abs((w**4).mean().item() / variance**2 - kurtosis), 5 * spread)
    if uniform:
        check(f"{case}: bound", abs(w.abs().max().item() / math.sqrt(3 * variance) - 1), 50 / n)


def compare_distributions(program):
    schemes = ["normal", "uniform", "xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "lecun_normal",
               "pytorch_default"]  # fmt: skip
    cases = {name: {SCHEME: name} for name in schemes}
    cases |= {f"{name}, fan_out": {SCHEME: name, "model.init.mode": "fan_out"} for name in ("he_normal", "he_uniform")}
    cases |= {
        f"{name}, gain 3": {SCHEME: name, "model.init.gain": 3}
        for name in ("normal", "uniform", "xavier_uniform", "he_normal")
    }
    cases |= {f"{name}, std 0.02": {SCHEME: name, "model.init.std": 0.02} for name in ("normal", "uniform")}
    networks = {
        "mlp": {"model.width": 300, "model.depth": 2},
        "cnn": {"model.kind": "cnn", "model.channels": [60, 80], "model.kernels": [5, 3], "model.strides": [2, 1]},
    }
    cases = {f"{name}, {case}": {**n, **keys} for name, n in networks.items() for case, keys in cases.items()}
    for case, tensors in initial(program, BASE, cases).items():
        for layer, weight in weights_of(tensors).items():
            if weight.numel() > 500:
                compare_moments(f"{case}, {layer}", cases[case], weight)
            if cases[case][SCHEME] != "pytorch_default":
                check(f"{case}, {layer}: bias is 0", tensors[layer + ".bias"].abs().max().item(), 0)


def compare_constants(program):
    cases = {
        "zeros": {SCHEME: "zeros"},
        "constant": {SCHEME: "constant", "model.init.value": 0.25},
        "bias": {SCHEME: "he_normal", "model.init.bias": 0.5},
    }
    tensors = initial(program, {**BASE, **MLP}, cases)
    for case, name, value in ("zeros", "weight", 0), ("constant", "weight", 0.25), ("bias", "bias", 0.5):
        for i in range(4):
            values = tensors[case][f"linear{i}.{name}"]
            check(f"{case}, linear{i}", distance(values, torch.full_like(values, value)), 0)


def compare_orthogonal(program):
    cases = {f"gain {gain}": {"model.init.gain": gain} for gain in (1, 1.5)}
    for precision, allowed in ("float64", 1e-12), ("float32", 1e-4):
        base = {**BASE, **MLP, "precision": precision, SCHEME: "orthogonal"}
        for case, tensors in initial(program, base, cases).items():
            for layer, w in weights_of(tensors).items():
                w = w.double()
                gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
                expected = cases[case]["model.init.gain"] ** 2 * torch.eye(len(gram), dtype=torch.float64)
                check(f"orthogonal, {precision}, {case}, {layer}: gram matrix", distance(gram, expected), allowed)


def compare_scaled(program, plain, case, keys, scale_of):
    """With `keys`, each tensor equals that of `plain` times scale_of(its name)."""
    points = initial(program, {**BASE, "precision": "float64"}, {"plain": plain, "scaled": {**plain, **keys}})
    difference = largest(distance(points["scaled"][n], t * scale_of(n)) for n, t in points["plain"].items())
    check(case, difference, 0)
    scaled = [n for n in points["plain"] if scale_of(n) != 1]
    assert scaled or case.endswith("one"), "no tensor is scaled"


def compare_residual_branches(program):
    depth = 10
    for name, scale in ("one", 1), ("inverse_sqrt_depth", 1 / math.sqrt(depth - 1)), ("zero", 0):
        branches = {f"linear{i}.weight": scale for i in range(1, depth)}
        plain = {**MLP, "model.depth": depth, SCHEME: "he_normal"}
        keys = {"model.residual": True, "model.branch_init": name}
        compare_scaled(program, plain, f"branch_init {name}", keys, lambda n: branches.get(n, 1))
    for case, keys, last in (
        ("basic", {}, "norm2.weight"),
        ("bottleneck", {"model.block": "bottleneck"}, "norm3.weight"),
        ("pre-activation", PREACTIVATION, "conv2.weight"),
        ("no norm", {"model.norm.kind": "none"}, "conv2.weight"),
    ):
        zero = {"model.zero_init_residual": True}
        ends = lambda n: 0 if n.startswith("layer") and n.endswith("." + last) else 1
        compare_scaled(program, {**RESNET, **keys}, f"zero_init_residual, {case}", zero, ends)


def main():
    [program] = sys.argv[1:]
    compare_default_initialization(program)
    compare_random_features(program)
    compare_distributions(program)
    compare_constants(program)
    compare_orthogonal(program)
    compare_residual_branches(program)
    finish()


if __name__ == "__main__":
    main()
