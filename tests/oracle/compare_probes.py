"""Compares the probes with PyTorch.

    python tests/oracle/compare_probes.py DESCENT

`descent run --save-weights` trains every case below for 0, STEPS - 1 and STEPS steps with all applicable probes. This
script computes the same quantities with torch.autograd from the saved weights and the data, on the network in Python
that `descent export model` writes. Prints the measured and the allowed relative difference of every probe; exits with 1
if one is too large.
"""

import csv
import itertools
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from common import DATA, SEED, check, finish, gates_and_outputs, load_safetensors, nest, network_class, objective
from recorder import Recorder, kind_of, network, rows_of, set_paths

STEPS = 30
ROWS = 1000  # examples in the probe batch
BATCH = 50
BASE = {
    "data.name": "mnist1d",
    "data.train_size": 1200,
    "data.test_size": 250,
    "model.activation": "relu",
    "model.init.scheme": "he_normal",
    "train.loss.kind": "cross_entropy",
    "train.optimizer.name": "sgd",
    "train.optimizer.lr": 0.02,
    "train.optimizer.momentum": 0.9,
    "train.optimizer.weight_decay": 1e-3,
    "train.batch_size": BATCH,
    "train.evaluate.every_steps": STEPS,
}
MLP = {"model.width": 24, "model.depth": 3}
SIGNAL = ["activation_mean", "activation_variance", "variance_factor", "mean_drift", "sd_drift"]
GRADIENT = ["gradient_norm", "signal_gradient_norm"]
WEIGHTS = ["weight_norm", "update_ratio", "unit_distance", "weight_rank", "input_condition", "symmetry_difference"]
ALWAYS = [*SIGNAL, *GRADIENT, *WEIGHTS]
SPREAD = ["batch_mean_spread", "batch_variance_spread"]
PATHS = ["path_share", "path_length", "path_reach", "path_factor"]
LESIONS = ["lesion_error", "lesion_worst_error"]
GATES = ["gate_entropy", "expert_usage", "gate_maximum"]
RELU, SATURATED = ["dead_fraction", "saturated_fraction"], ["saturated_fraction"]
CASES = {
    "relu": ({}, [*RELU, *LESIONS]),
    "tanh": ({"model.activation": "tanh", "model.init.gain": 2}, [*SATURATED, *LESIONS]),
    "sigmoid": ({"model.activation": "sigmoid", "model.init.gain": 4}, SATURATED),
    "batch norm of groups": (
        {"model.norm.kind": "batch", "model.norm.statistics_groups": 5, "train.optimizer.lr": 0.05},
        [*SPREAD, *LESIONS],
    ),
    "layer norm after": ({"model.norm.kind": "layer", "model.norm_position": "after"}, LESIONS),
    "batch norm after": ({"model.norm.kind": "batch", "model.norm_position": "after"}, SPREAD),
    "group norm": ({"model.norm.kind": "group", "model.norm.epsilon": 0.1}, []),
    "dropout": ({"model.dropout.rate": 0.3}, []),
    "residual": ({"model.residual": True, "model.depth": 5}, [*LESIONS, *PATHS]),
    "residual tanh": (
        {"model.residual": True, "model.depth": 4, "model.activation": "tanh"},
        [*LESIONS, *PATHS],
    ),
    "residual batch norm": (
        {"model.residual": True, "model.depth": 4, "model.norm.kind": "batch"},
        [*LESIONS, *PATHS],
    ),
}
SMALL = {"model.kind": "cnn", "model.channels": [6, 6, 8], "model.kernels": [3, 3, 3], "model.strides": [2, 1, 2]}
RESNET = {"model.kind": "resnet", "model.width": 4, "model.blocks": [1, 2], "model.norm.kind": "batch"}
IMAGES = {"data.name": "digits", "data.subset": "first", "data.normalize": "channel"}
MIXTURE = {"model.kind": "mixture_of_experts", "model.experts.count": 3, "model.experts.hidden": [8, 7],
           "model.gate.hidden": [9], "model.gate.activation": "relu"}  # fmt: skip
CONVNETS = {
    "cnn": (SMALL, [*RELU, *LESIONS]),
    "cnn, images, batch norm after, average": (
        {**SMALL, **IMAGES, "model.norm.kind": "batch", "model.norm_position": "after", "model.pooling": "average"},
        [*SPREAD, *LESIONS],
    ),
    "cnn, tanh": ({**SMALL, "model.activation": "tanh", "model.dropout.rate": 0.2}, [*SATURATED, *LESIONS]),
    "resnet": (
        {**RESNET, "model.stochastic_depth": 0.3, "model.norm.statistics_groups": 5},
        [*RELU, *SPREAD, *LESIONS, *PATHS],
    ),
    "resnet, images, projection": (
        {**RESNET, **IMAGES, "model.shortcut": "projection"},
        [*SPREAD, *LESIONS, *PATHS],
    ),
    "resnet, images, pre-activation, projection": (
        {**RESNET, **IMAGES, "model.preactivation": True, "model.shortcut": "projection", "model.stem.max_pool": True},
        [*SPREAD, *LESIONS, *PATHS],
    ),
    "resnet, pre-activation, group norm": (
        {**RESNET, "model.preactivation": True, "model.norm.kind": "group", "model.norm.epsilon": 0.1},
        [*LESIONS, *PATHS],
    ),
    "resnet, bottleneck, tanh, no norm": (
        {**RESNET, "model.block": "bottleneck", "model.norm.kind": "none", "model.activation": "tanh"},
        [*SATURATED, *LESIONS, *PATHS],
    ),
    "resnet, plain": ({**RESNET, "model.blocks": [2, 2], "model.shortcut": "none"}, LESIONS),
}
MIXTURES = {
    "mixture of probabilities": ({**MIXTURE, "model.gate.top_k": 2, "model.gate.load_balancing": 0.1}, [*RELU, *GATES]),
    "likelihood of a mixture": (
        {**MIXTURE, "train.loss.kind": "mse", "model.experts.std": 0.5, "train.optimizer.lr": 0.002},
        GATES,
    ),
}
ZERO = {"symmetry_difference"}  # a rounding error, of which only the size is checked


def run(descent, keys, names, folder):
    """The network class, the weights and the probes as {(step, probe): {layer: value}} after training."""
    name = f"steps{keys['train.steps']}"
    file = pathlib.Path(folder) / f"{name}.json"
    file.write_text(json.dumps({"name": name, "seeds": [SEED], "probes": names, **nest(keys)}))
    out = pathlib.Path(folder) / name
    for command in (
        ["run", file, "--out", folder, "--save-weights"],
        ["export", "model", out, "--to", out / "exported", "--format", "python"],
    ):
        subprocess.run([descent, *command], check=True, stdout=subprocess.DEVNULL)
    probes = {}
    with open(out / "probes.csv", newline="") as rows:
        for row in csv.DictReader(rows):
            probes.setdefault((int(row["step"]), row["probe"]), {})[row["layer"]] = float(row["value"])
    [weights], [source] = out.rglob("*.safetensors"), out.rglob("*.py")
    return network_class(source.read_text()), {n: t.double() for n, t in load_safetensors(weights).items()}, probes


def path_lengths(keys, model, x, y):
    """Veit et al. 2016 on the first 100 examples, over every set of branches."""
    recorder = Recorder(keys, model)
    blocks, norms = recorder.blocks, []
    for k in range(len(blocks) + 1):
        sets = list(itertools.combinations(range(len(blocks)), k))
        norms.append(0)
        for branches in sets:
            set_paths(blocks, branches, "branch", "shortcut")
            recorder(lambda model: objective(keys, model, x[:100], y[:100])).backward()
            norms[-1] += next(iter(recorder.hidden().values())).grad.norm().item() / len(sets)
    weights = np.array([norm * math.comb(len(blocks), k) for k, norm in enumerate(norms)])
    share = weights / weights.sum()
    return {
        "path_share": {f"length={k}": value for k, value in enumerate(share)},
        "path_length": {"": float(share @ np.arange(len(share)))},
        "path_reach": {"": int(np.argmax(np.cumsum(share) >= 0.95))},
        "path_factor": {"": (norms[-1] / norms[0]) ** (1 / len(blocks))},
    }


@torch.no_grad()
def lesions(keys, model, x, y):
    """The errors after deleting each set of 0, 1, 2 and 4 blocks."""
    recorder = Recorder(keys, model.eval())
    blocks, means, worst = recorder.blocks, {}, 0
    for count in (0, 1, 2, 4):
        errors = []
        for deleted in itertools.combinations(range(len(blocks)), count):
            set_paths(blocks, deleted, "deleted")
            errors.append((recorder(lambda model: model(x)).argmax(1) != y).double().mean().item())
        if errors:
            means[f"deleted={count}"] = sum(errors) / len(errors)
        if count == 1:
            worst = max(errors)
    return {"lesion_error": means, "lesion_worst_error": {"": worst}}


@torch.no_grad()
def gates(keys, model, x):
    values = gates_and_outputs(keys, model, x)[0].exp()
    return {
        "gate_entropy": {"": torch.special.entr(values).sum(1).mean().item()},
        "expert_usage": {f"expert{i}": mean.item() for i, mean in enumerate(values.mean(0))},
        "gate_maximum": {"": values.max(1).values.mean().item()},
    }


def by_layer(views, measure):
    return {name: float(measure(rows_of(view.detach()))) for name, view in views.items()}


def drift(first, now, measure):
    moments = {name: (rows_of(first[name].detach()), rows_of(view.detach())) for name, view in now.items()}
    return {name: float(measure(a, b, a.std(0, correction=0)).abs().mean()) for name, (a, b) in moments.items()}


def spread(views, size, deviation):
    """Root mean square over groups of `size` examples and over units that are not constant."""
    values = {}
    for name, view in views.items():
        whole = rows_of(view.detach())
        d = torch.stack([deviation(rows_of(part), whole) for part in view.detach().split(size)])
        values[name] = d[:, whole.std(0) > 0].square().mean().sqrt().item()
    return values


def function_of(keys, layer):
    return keys["model.gate.activation" if layer.startswith("gate.") else "model.activation"]


def saturated(keys, layer):
    return {"relu": lambda a: a == 0, "tanh": lambda a: a.abs() > 0.97, "sigmoid": lambda a: (2 * a - 1).abs() > 0.97}[
        function_of(keys, layer)
    ]


def histograms(keys, views):
    values = {}
    for name, view in views.items():
        low, high = {"relu": (0, 4), "tanh": (-1, 1), "sigmoid": (0, 1)}[function_of(keys, name)]
        counts, edges = np.histogram(np.clip(view.detach().numpy(), low, high), 40, (low, high))
        centers = (edges[:-1] + edges[1:]) / 2
        values |= {f"{name} bin={c:.4g}": count / view.numel() for c, count in zip(centers, counts, strict=True)}
    return values


def expected(keys, names, make, weights, x, y, test_x, test_y, first, before):
    """Every probe in PyTorch; `first`: pre-activations before training; `before`: weights one step earlier."""
    model = network(make, weights)
    recorder = Recorder(keys, model)
    recorder(lambda model: objective(keys, model, x[:ROWS], y[:ROWS])).backward()
    hidden = recorder.hidden()
    matrices = {n.removesuffix(".weight"): p for n, p in model.named_parameters() if p.dim() > 1}
    units = {name: matrices[name].detach().flatten(1) for name in hidden}  # [units, inputs]
    variances = by_layer(recorder.active, lambda a: a.var(0, correction=0).mean())
    signal = {name: z.grad.norm().item() for name, z in hidden.items()}
    size = BATCH // keys.get("model.norm.statistics_groups", 1)
    factors = {
        b: variances[b] / variances[a]
        for a, b in itertools.pairwise(variances)
        if kind_of(keys) != "mixture_of_experts" or a.split(".")[0] == b.split(".")[0]
    }
    values = {
        "activation_mean": by_layer(recorder.active, torch.mean),
        "activation_variance": variances,
        "variance_factor": factors,
        "dead_fraction": by_layer(recorder.active, lambda a: (a == 0).all(0).double().mean()),
        "mean_drift": drift(first, recorder.pre, lambda a, b, sd: (b.mean(0) - a.mean(0)) / sd),
        "sd_drift": drift(first, recorder.pre, lambda a, b, sd: b.std(0, correction=0) / sd - 1),
        "gradient_norm": {name: w.grad.norm().item() for name, w in matrices.items()},
        "signal_gradient_norm": signal,
        "gradient_ratio": {"": list(signal.values())[0] / list(signal.values())[-1]},
        "weight_norm": {name: w.norm().item() for name, w in matrices.items()},
        "update_ratio": {
            name: ((weights[name + ".weight"] - old).norm() / old.norm()).item()
            for name, old in ((name, before[name + ".weight"]) for name in matrices)
        },
        "unit_distance": {name: (w.max(0).values - w.min(0).values).max().item() for name, w in units.items()},
        "weight_rank": {name: torch.linalg.matrix_rank(w).item() for name, w in units.items()},
        "input_condition": {"": condition(x)},
    }
    if "activation_histogram" in names:
        values["activation_histogram"] = histograms(keys, recorder.active)
    if "saturated_fraction" in names:
        values["saturated_fraction"] = {
            name: float(saturated(keys, name)(view).double().mean()) for name, view in recorder.active.items()
        }
    if "batch_mean_spread" in names:
        deviation = lambda p, w: (p.mean(0) - w.mean(0)) / w.std(0, correction=0)
        values["batch_mean_spread"] = spread(recorder.norms, size, deviation)
        deviation = lambda p, w: p.var(0, correction=0) / w.var(0, correction=0) - 1
        values["batch_variance_spread"] = spread(recorder.norms, size, deviation)
    if "gate_entropy" in names:
        values |= gates(keys, model, x[:ROWS])
    if "path_share" in names:
        values |= path_lengths(keys, model, x, y)
    if "lesion_error" in names:
        values |= lesions(keys, network(make, weights), test_x, test_y)
    return values


def condition(x):
    value = np.linalg.cond((x.T @ x).numpy())
    return value if value < 1e14 else math.inf


def data_of(keys):
    """The first training and test examples."""
    if keys["data.name"] == "mnist1d":
        x, y, test_x, test_y = (np.load(DATA / f"mnist1d/{n}.npy") for n in ("x_train", "y_train", "x_test", "y_test"))
    else:
        x, y = (np.load(DATA / f"digits/{n}.npy") for n in "xy")
        test_x, test_y = x[1200:], y[1200:]
    x, test_x = (torch.from_numpy(np.asarray(v)).double().flatten(1) for v in (x[:1200], test_x[:250]))
    if keys.get("data.normalize") == "channel":
        mean, sd = x.mean(), x.std(correction=0)
        x, test_x = (x - mean) / sd, (test_x - mean) / sd
    return x, torch.from_numpy(y[:1200]).long(), test_x, torch.from_numpy(test_y[:250]).long()


def names_of(changes, names):
    mixture = changes.get("model.kind") == "mixture_of_experts"  # no first and last layer
    return [*ALWAYS, *names] if mixture else [*ALWAYS, "gradient_ratio", *names]


def compare_probes(descent, case, changes, names):
    keys = {**BASE, **({} if "model.kind" in changes else MLP), **changes}
    double = keys["precision"] == "float64"
    with tempfile.TemporaryDirectory() as folder:
        runs = {s: run(descent, {**keys, "train.steps": s}, names, folder) for s in (0, STEPS - 1, STEPS)}
    x, y, test_x, test_y = data_of(keys)
    make, weights, probes = runs[STEPS]
    first = Recorder(keys, network(make, runs[0][1]))
    first(lambda model: objective(keys, model, x[:ROWS], y[:ROWS]))
    values = expected(keys, names, make, weights, x, y, test_x, test_y, first.pre, runs[STEPS - 1][1])
    for name in names:
        measured = probes[STEPS, name]
        if name in ZERO:
            check(f"{case}: {name}", measured[""], 1e-12 if double else 1e-4)
            continue
        assert measured.keys() == values[name].keys(), f"{name}: {measured.keys()} and {values[name].keys()}"
        pairs = [(measured[layer], value) for layer, value in values[name].items()]
        difference = np.max([0 if a == b else abs(a - b) / max(abs(b), 1e-2) for a, b in pairs])  # NaN stays NaN
        check(f"{case}: {name}", difference, 1e-10 if double else 1e-5)
        if name in SIGNAL and "drift" in name or name == "update_ratio":
            assert (0, name) not in probes, f"{name} has no value before the first step"


FLOAT32 = [
    "relu", "batch norm of groups", "residual tanh", "cnn", "cnn, images, batch norm after, average",
    "likelihood of a mixture",
]


def main():
    [descent] = sys.argv[1:]
    all = {**CASES, **CONVNETS, **MIXTURES}
    for engine, precision, cases in ("fused", "float64", all), ("torch", "float64", all), ("fused", "float32", FLOAT32):
        for case in cases:
            changes, names = all[case]
            keys = {"engine": engine, "precision": precision, **changes}
            exact = ["activation_histogram"] if precision == "float64" else []  # in float32, rounding may move a value to the next bin
            compare_probes(descent, f"{engine}, {precision}, {case}", keys, [*names_of(changes, names), *exact])
    finish()


if __name__ == "__main__":
    main()
