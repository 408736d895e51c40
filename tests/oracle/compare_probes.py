"""Proves that the probes measure what PyTorch measures.

    python tests/oracle/compare_probes.py DESCENT

`descent run --save-weights` trains every case below for 0, STEPS - 1 and STEPS steps with all the probes that apply.
Here the same quantities are computed with torch.autograd from the saved weights and the data. One line per probe: the
largest relative difference and the largest allowed. Exit 1 if one is larger.
"""

import csv
import itertools
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import compare
import numpy as np
import torch
from compare import BASE, DATA, DEFAULTS, SEED, SGD, Mlp, check, load_safetensors, loss_of, nest
from torch import nn

STEPS = 30
ROWS = 1000  # of the probe batch
BATCH = 50
SIGNAL = ["activation_mean", "activation_variance", "variance_factor", "mean_drift", "sd_drift"]
GRADIENT = ["gradient_norm", "signal_gradient_norm", "gradient_ratio"]
WEIGHTS = ["weight_norm", "update_ratio", "unit_distance", "weight_rank", "input_condition", "symmetry_difference"]
ALWAYS = [*SIGNAL, *GRADIENT, *WEIGHTS]
PATHS = ["path_share", "path_length", "path_reach", "path_factor"]
LESIONS = ["lesion_error", "lesion_worst_error"]
CASES = {
    "relu": ({}, ["dead_fraction", "saturated_fraction", *LESIONS]),
    "tanh": (
        {"model.activation": "tanh", "model.init.gain": 2},
        ["saturated_fraction"],
    ),
    "sigmoid": ({"model.activation": "sigmoid", "model.init.gain": 4}, ["saturated_fraction"]),
    "batch norm of groups": (
        {"model.norm.kind": "batch", "model.norm.statistics_groups": 5, "train.optimizer.lr": 0.05},
        ["batch_mean_spread", "batch_variance_spread"],
    ),
    "layer norm after": ({"model.norm.kind": "layer", "model.norm_position": "after"}, []),
    "dropout": ({"model.dropout.rate": 0.3}, []),
    "residual": ({"model.residual": True, "model.depth": 5}, [*LESIONS, *PATHS]),
    "residual tanh": (
        {"model.residual": True, "model.depth": 4, "model.activation": "tanh"},
        [*LESIONS, *PATHS],
    ),
    "residual batch norm": ({"model.residual": True, "model.depth": 4, "model.norm.kind": "batch"}, LESIONS),
}
ZERO = {"symmetry_difference"}  # a change by rounding, which no two programs share; only its size is checked


class Observed(Mlp):
    """Keeps what the probes look at, with gradients: linear maps (with their skip), pre-activations, activations."""

    def forward(self, x):
        self.linear, self.pre, self.active = [], [], []
        before = self.keys["model.norm_position"] == "before"
        for i in range(self.depth):
            branch = getattr(self, f"linear{i}")(x)
            z = z + branch if self.keys["model.residual"] and i > 0 else branch
            norm = getattr(self, f"norm{i}") or nn.Identity()
            pre = norm(z) if before else z
            active = self.activation(pre)
            x = active if before else norm(active)
            self.linear.append(z), self.pre.append(pre), self.active.append(active)
            if torch.is_grad_enabled():
                z.retain_grad()
        return getattr(self, f"linear{self.depth}")(x)


def run(descent, keys, names, folder):
    """(weights, probes, test error) after `keys["train.steps"]` steps; probes: {(step, probe): {layer: value}}."""
    name = f"steps{keys['train.steps']}"
    file = pathlib.Path(folder) / f"{name}.json"
    file.write_text(json.dumps({"name": name, "seeds": [SEED], "probes": names, **nest(keys)}))
    subprocess.run([descent, "run", file, "--out", folder, "--save-weights"], check=True, capture_output=True)
    out = pathlib.Path(folder) / name
    probes = {}
    with open(out / "probes.csv", newline="") as rows:
        for row in csv.DictReader(rows):
            probes.setdefault((int(row["step"]), row["probe"]), {})[row["layer"]] = float(row["value"])
    [weights] = out.rglob("*.safetensors")
    return load_safetensors(weights), probes


def network(keys, weights):
    model = Observed(keys, torch.float64, [40, *[keys["model.width"]] * keys["model.depth"], 10])
    model.load_state_dict(weights, strict=False)
    for module in model.modules():
        module.groups = 1  # probes look at the whole probe batch
    return model


def by_layer(values):
    return {f"linear{i}": value for i, value in enumerate(values)}


def moments(view):
    return view.mean(0), view.std(0, correction=0)


def deviations(whole, parts, deviation):
    d = torch.stack([deviation(part, whole) for part in parts])
    return d[:, whole.std(0) > 0].square().mean().sqrt().item()


def path_lengths(model, keys):
    """Veit et al. 2016 on the first 100 examples; few blocks, so that every set of branches is one of the samples."""
    blocks = keys["model.depth"] - 1
    streams = [z[:100].detach() for z in model.linear]
    norms = []
    for k in range(blocks + 1):
        norms.append(0)
        sets = list(itertools.combinations(range(1, blocks + 1), k))
        for through in sets:
            gradient = model.linear[-1].grad[:100]
            for block in sorted(through, reverse=True):
                z = streams[block - 1].clone().requires_grad_()
                branch = getattr(model, f"linear{block}")(model.activation(z))
                [gradient] = torch.autograd.grad(branch, z, gradient)
            norms[-1] += gradient.norm().item() / len(sets)
    weights = np.array([norm * math.comb(blocks, k) for k, norm in enumerate(norms)])
    share = weights / weights.sum()
    return {
        "path_share": {f"length={k}": value for k, value in enumerate(share)},
        "path_length": {"": float(share @ np.arange(blocks + 1))},
        "path_reach": {"": int(np.argmax(np.cumsum(share) >= 0.95))},
        "path_factor": {"": (norms[-1] / norms[0]) ** (1 / blocks)},
    }


@torch.no_grad()
def lesions(model, keys, x, y):
    """Deletes every set of 0, 1, 2 and 4 blocks in turn."""
    blocks = range(1, keys["model.depth"])
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    means, worst = {}, 0
    for count in (0, 1, 2, 4):
        errors = []
        for deleted in itertools.combinations(blocks, count):
            model.load_state_dict(kept)
            for block in deleted:
                layer = getattr(model, f"linear{block}")
                layer.bias.zero_()
                layer.weight.copy_(torch.zeros(()) if keys["model.residual"] else torch.eye(len(layer.bias)))
            model.eval()
            errors.append((model(x).argmax(1) != y).double().mean().item())
        if errors:
            means[f"deleted={count}"] = sum(errors) / len(errors)
        if count == 1:
            worst = max(errors)
    model.load_state_dict(kept)
    return {"lesion_error": means, "lesion_worst_error": {"": worst}}


def expected(keys, weights, x, y, test_x, test_y, first, before):
    """Every probe in PyTorch; `first` are the pre-activations of the last moment, `before` the weights a step ago."""
    model = network(keys, weights)
    model.train()
    loss_of(keys, model(x[:ROWS]), y[:ROWS]).backward()
    matrices = [getattr(model, f"linear{i}").weight for i in range(model.depth + 1)]
    hidden = [w.detach() for w in matrices[:-1]]
    variances = [a.var(0, correction=0).mean().item() for a in model.active]
    flat = {
        "relu": lambda a: a == 0,
        "tanh": lambda a: a.abs() > 0.97,
        "sigmoid": lambda a: (2 * a - 1).abs() > 0.97,
    }[keys["model.activation"]]
    signal = [z.grad.norm().item() for z in model.linear]
    normed = model.linear if keys["model.norm_position"] == "before" else model.active
    size = BATCH // keys["model.norm.statistics_groups"]
    values = {
        "activation_mean": by_layer(a.mean().item() for a in model.active),
        "activation_variance": by_layer(variances),
        "variance_factor": {f"linear{i + 1}": b / a for i, (a, b) in enumerate(itertools.pairwise(variances))},
        "saturated_fraction": by_layer(flat(a).double().mean().item() for a in model.active),
        "dead_fraction": by_layer((a == 0).all(0).double().mean().item() for a in model.active),
        "batch_mean_spread": by_layer(
            deviations(z, z.split(size), lambda p, w: (p.mean(0) - w.mean(0)) / w.std(0, correction=0)) for z in normed
        ),
        "batch_variance_spread": by_layer(
            deviations(z, z.split(size), lambda p, w: p.var(0, correction=0) / w.var(0, correction=0) - 1)
            for z in normed
        ),
        "mean_drift": by_layer(
            ((b.mean(0) - a.mean(0)) / a.std(0, correction=0)).abs().mean().item() for a, b in zip(first, model.pre)
        ),
        "sd_drift": by_layer(
            (b.std(0, correction=0) / a.std(0, correction=0) - 1).abs().mean().item() for a, b in zip(first, model.pre)
        ),
        "gradient_norm": by_layer(w.grad.norm().item() for w in matrices),
        "signal_gradient_norm": by_layer(signal),
        "gradient_ratio": {"": signal[0] / signal[-1]},
        "weight_norm": by_layer(w.norm().item() for w in matrices),
        "update_ratio": by_layer(
            ((weights[f"linear{i}.weight"] - old).norm() / old.norm()).item()
            for i, old in enumerate(before[f"linear{i}.weight"] for i in range(model.depth + 1))
        ),
        "unit_distance": by_layer((w.max(0).values - w.min(0).values).max().item() for w in hidden),
        "weight_rank": by_layer(torch.linalg.matrix_rank(w).item() for w in hidden),
        "input_condition": {"": np.linalg.cond((x.T @ x).numpy())},
    }
    if keys["model.residual"] and keys["model.norm.kind"] == "none":
        values |= path_lengths(model, keys)
    return values | lesions(network(keys, weights), keys, test_x, test_y)


def compare_probes(descent, case, precision):
    changes, applicable = CASES[case]
    names = [*ALWAYS, *applicable]
    allowed = 1e-10 if precision == "float64" else 1e-5
    keys = {
        **BASE,
        **SGD,
        "data.train_size": 1200,
        "train.batch_size": BATCH,
        "train.evaluate.every_steps": STEPS,
        "precision": precision,
        **changes,
    }
    with tempfile.TemporaryDirectory() as folder:
        runs = {s: run(descent, {**keys, "train.steps": s}, names, folder) for s in (0, STEPS - 1, STEPS)}
    keys = {**DEFAULTS, **keys}
    x, y, test_x, test_y = (
        torch.from_numpy(np.load(DATA / f"mnist1d/{name}.npy"))
        for name in ("x_train", "y_train", "x_test", "y_test")
    )
    x, y, test_x, test_y = x[:1200].double(), y[:1200].long(), test_x[:250].double(), test_y[:250].long()
    weights = {s: {n: t.double() for n, t in tensors.items()} for s, (tensors, _) in runs.items()}
    start = network(keys, weights[0])
    start.train()
    start(x[:ROWS])
    values = expected(keys, weights[STEPS], x, y, test_x, test_y, [z.detach() for z in start.pre], weights[STEPS - 1])
    probes = runs[STEPS][1]
    for name in names:
        measured = probes[STEPS, name]
        if name in ZERO:
            check(f"{precision}, {case}: {name}", measured[""], 1e-12 if precision == "float64" else 1e-4)
            continue
        assert measured.keys() == values[name].keys(), f"{name}: {measured.keys()} and {values[name].keys()}"
        check(
            f"{precision}, {case}: {name}",
            max(abs(measured[layer] - value) / max(abs(value), 1e-2) for layer, value in values[name].items()),
            allowed,
        )
        if name in SIGNAL and "drift" in name or name == "update_ratio":
            assert (0, name) not in probes, f"{name} has no value before the first step"


def main():
    [descent] = sys.argv[1:]
    for case in CASES:
        compare_probes(descent, case, "float64")
    for case in "relu", "batch norm of groups", "residual tanh":
        compare_probes(descent, case, "float32")
    print(f"probes: {compare.failures} failures, torch {torch.__version__}")
    sys.exit(1 if compare.failures else 0)


if __name__ == "__main__":
    main()
