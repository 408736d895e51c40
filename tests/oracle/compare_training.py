"""Compares whole training runs of both engines with PyTorch.

    python tests/oracle/compare_training.py ORACLE_DUMP DESCENT

ORACLE_DUMP (oracle_dump.cpp) trains every case below and writes its data, batches, initial and final weights. This
script trains the same networks from the same weights on the same batches with torch.optim and torch.optim.lr_scheduler;
compare_modules.py and tests/engine/parity_test.cpp cover all norms, activations and kinds of networks. Then DESCENT
trains, and its saved weights are evaluated in PyTorch. Prints the measured and the allowed difference of every
comparison; exits with 1 if one is too large.
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
from common import DATA, check, distance, dump, finish, gates_and_outputs, largest, load_safetensors, loss_of
from common import mixed_outputs, nest, objective, part
from torch import nn
from torch.optim import lr_scheduler

STEPS = 200
# The last of the five batches of an epoch has 30 examples.
BASE = {
    "data.name": "mnist1d",
    "data.train_size": 430,
    "data.test_size": 250,
    "model.activation": "tanh",
    "train.optimizer.name": "sgd",
    "train.optimizer.lr": 0.02,
    "train.loss.kind": "cross_entropy",
    "train.batch_size": 100,
    "train.steps": STEPS,
}
MLP = {"model.width": 24, "model.depth": 3, "model.init.scheme": "he_normal"}
MIXTURE = {"model.kind": "mixture_of_experts", "model.experts.count": 3, "model.gate.activation": "tanh"}
OPTIMIZER, SCHEDULE = "train.optimizer.", "train.schedule."
MOMENTUM = {OPTIMIZER + "momentum": 0.9, OPTIMIZER + "weight_decay": 1e-3}
ADAM = {OPTIMIZER + "name": "adam", OPTIMIZER + "lr": 1e-3, OPTIMIZER + "weight_decay": 1e-2}
ADAMW = {**ADAM, OPTIMIZER + "name": "adamw", OPTIMIZER + "weight_decay": 1e-1}
WEIGHTS_ONLY = {OPTIMIZER + "decay_on": "weights"}
BATCH_NORM = {"model.norm.kind": "batch"}
# The gradient of a bias before batch norm is a rounding error, which Adam divides by about eps.
LARGE_EPS = {OPTIMIZER + "eps": 1e-4}
SQUARED_ERROR = {"train.loss.kind": "mse"}
CASES = {
    "sgd, step schedule": {SCHEDULE + "kind": "step", SCHEDULE + "every": 15, SCHEDULE + "factor": 0.5},
    "momentum, batch norm, multistep schedule": {
        **MOMENTUM, **BATCH_NORM,
        SCHEDULE + "kind": "multistep", SCHEDULE + "milestones": [40, 100], SCHEDULE + "unit": "steps",
    },
    "nesterov, clipped gradient, cosine schedule": {
        **MOMENTUM, OPTIMIZER + "nesterov": True, "train.clip_gradient_norm": 0.5,
        SCHEDULE + "kind": "cosine", SCHEDULE + "minimum_lr": 1e-4,
    },
    "adam, label smoothing, warm-up and cosine": {
        **ADAM, "train.loss.label_smoothing": 0.1,
        SCHEDULE + "kind": "cosine", SCHEDULE + "warmup": 30, SCHEDULE + "unit": "steps",
    },
    "adam, other betas, decay on weights, batch norm, exponential schedule": {
        **ADAM, **WEIGHTS_ONLY, **BATCH_NORM, **LARGE_EPS, OPTIMIZER + "betas": [0.8, 0.95],
        SCHEDULE + "kind": "exponential", SCHEDULE + "factor": 0.9,
    },
    "adamw, warm-up": {**ADAMW, SCHEDULE + "warmup": 4},
    "adamw, decay on weights, batch norm that predicts with the batch": {
        **ADAMW, **WEIGHTS_ONLY, **BATCH_NORM, **LARGE_EPS, "model.norm.predict_with": "batch",
    },
    "momentum, longest weights": {**MOMENTUM, "train.max_norm": 0.8},
    "squared error, drop_last": {**MOMENTUM, **SQUARED_ERROR, "train.drop_last": True},
    "real targets, full batch": {**MOMENTUM, **SQUARED_ERROR, "data.name": "sinusoid", "train.batch_size": "full"},
}
HIDDEN = {"model.experts.hidden": [8, 7], "model.gate.hidden": [9]}
SPARSE = {"model.gate.top_k": 2, "model.gate.load_balancing": 0.1}
LIKELIHOOD = {**SQUARED_ERROR, "model.experts.std": 0.5, OPTIMIZER + "lr": 0.01}
MIXTURES = {
    "mixture of probabilities": {**HIDDEN, "train.loss.label_smoothing": 0.1},
    "mixture of probabilities, sparse": SPARSE,
    "mixture of outputs": {**HIDDEN, **SQUARED_ERROR},
    "likelihood of a mixture, sparse": {**HIDDEN, **LIKELIHOOD, **SPARSE},
}
ENGINES = {
    f"{engine}, {precision}": {"engine": engine, "precision": precision}
    for engine in ("fused", "torch")
    for precision in ("float64", "float32")
}


class Mlp(nn.Module):
    """Linear layer, norm and tanh for each hidden layer, then the output layer."""

    def __init__(self, sizes, norm=False):
        super().__init__()
        self.depth = len(sizes) - 2
        for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
            setattr(self, f"linear{i}", nn.Linear(inputs, outputs))
            if i < self.depth:
                setattr(self, f"norm{i}", nn.BatchNorm1d(outputs) if norm else nn.Identity())

    def forward(self, x):
        for i in range(self.depth):
            x = torch.tanh(getattr(self, f"norm{i}")(getattr(self, f"linear{i}")(x)))
        return getattr(self, f"linear{self.depth}")(x)


class Mixture(nn.Module):
    """Three experts and their gate."""

    def __init__(self, keys, inputs, outputs):
        super().__init__()
        self.keys = keys
        self.gate = Mlp([inputs, *keys.get("model.gate.hidden", []), 3])
        for i in range(3):
            setattr(self, f"expert{i}", Mlp([inputs, *keys.get("model.experts.hidden", []), outputs]))

    def forward(self, x):
        return mixed_outputs(self.keys, *gates_and_outputs(self.keys, self, x))


def make_network(keys, inputs, outputs):
    if "model.kind" in keys:
        return Mixture(keys, inputs, outputs)
    hidden = [keys["model.width"]] * keys["model.depth"]
    return Mlp([inputs, *hidden, outputs], norm="model.norm.kind" in keys)


def make_optimizer(keys, model):
    k = part(keys, OPTIMIZER)
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[k.pop("name", "sgd")]
    parameters = list(model.parameters())
    if k.pop("decay_on", "all") == "weights":
        vectors = [p for p in parameters if p.dim() == 1]
        parameters = [{"params": [p for p in parameters if p.dim() > 1]}, {"params": vectors, "weight_decay": 0}]
    return kind(parameters, **k)


def make_schedule(keys, optimizer, steps_per_epoch):
    """A scheduler of PyTorch, stepped after every training step."""
    k = part(keys, SCHEDULE)
    unit = 1 if k.get("unit") == "steps" else steps_per_epoch
    warmup = k.get("warmup", 0) * unit
    match k.get("kind"):
        case "step":
            schedule = lr_scheduler.StepLR(optimizer, k["every"] * unit, k["factor"])
        case "multistep":
            schedule = lr_scheduler.MultiStepLR(optimizer, [m * unit for m in k["milestones"]], 0.1)
        case "cosine":
            schedule = lr_scheduler.CosineAnnealingLR(optimizer, STEPS - warmup, k.get("minimum_lr", 0))
        case "exponential":
            schedule = lr_scheduler.StepLR(optimizer, unit, k["factor"])
        case None:
            schedule = lr_scheduler.ConstantLR(optimizer, 1)
    if not warmup:
        return schedule
    ramp = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1, warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [ramp, schedule], [warmup])


@torch.no_grad()
def limit_weights(model, most):
    """Projects the incoming weights of each hidden unit onto the ball of radius `most`."""
    linear = [layer.weight for layer in model.modules() if isinstance(layer, nn.Linear)]
    for weight in linear[:-1] if most < math.inf else []:
        length = torch.linalg.vector_norm(weight, dim=1, keepdim=True)
        weight.copy_(torch.where(length > most, weight / length * most, weight))


@torch.no_grad()
def evaluate(keys, model, x, y, shift=0, unit=1):
    """Mean loss and mean (absolute) error in evaluation mode; norms that use batch statistics get batches as in training."""
    batchwise = keys.get("model.norm.predict_with") == "batch"
    model.train(batchwise)
    outputs = torch.cat([model(x) for x in x.split(keys["train.batch_size"] if batchwise else len(x))])
    outputs = outputs * unit + shift
    errors = (outputs - y).abs() if y.is_floating_point() else outputs.argmax(1) != y
    return loss_of(keys, outputs, y).item(), errors.double().mean().item()


def is_before_batch_norm(keys, name):
    """The gradient of a bias there is only a rounding error."""
    return "model.norm.kind" in keys and name.endswith("bias") and name.startswith(("linear0", "linear1", "linear2"))


def compare_training(case, keys, tensors):
    double = keys["precision"] == "float64"
    dtype, allowed = (torch.float64, 1e-10) if double else (torch.float32, 1e-4)
    x, y, test_x, test_y = (tensors[name] for name in ("x", "y", "test_x", "test_y"))
    x, test_x = x.to(dtype), test_x.to(dtype)
    learned, shift, unit = y, 0, 1
    if keys.get("data.normalize_targets"):
        shift, unit = y.mean(0), y.std(0, correction=0)
        learned = (y - shift) / unit
    model = make_network(keys, x.shape[1], y.shape[1] if y.is_floating_point() else 10).to(dtype)
    model.load_state_dict(part(tensors, "init/"))
    batches = [row[row >= 0] for row in tensors["order"]]
    assert len(batches) == STEPS
    whole = len(x) // len(batches[0]) if keys.get("train.drop_last") else math.ceil(len(x) / len(batches[0]))
    optimizer = make_optimizer(keys, model)
    schedule = make_schedule(keys, optimizer, whole)
    for batch in batches:
        optimizer.zero_grad()
        objective(keys, model, x[batch], learned[batch]).backward()
        if "train.clip_gradient_norm" in keys:
            nn.utils.clip_grad_norm_(model.parameters(), keys["train.clip_gradient_norm"])
        optimizer.step()
        limit_weights(model, keys.get("train.max_norm", math.inf))
        schedule.step()
    state, final = model.state_dict(), part(tensors, "final/")
    compared = [name for name in final if not is_before_batch_norm(keys, name)]
    difference = largest(distance(state[name], final[name]) for name in compared)
    check(f"{case}: parameters and statistics after {STEPS} steps", difference, allowed)
    for name, inputs, targets in ("train", x, y), ("test", test_x, test_y):
        loss, error = evaluate(keys, model, inputs, targets, shift, unit)
        check(f"{case}: {name} loss", abs(loss - tensors[name + "_loss"].item()), allowed * max(1, loss))
        assert (name + "_mae" in tensors) != (name + "_error" in tensors)
        if name + "_mae" in tensors:
            check(f"{case}: {name} mae", abs(error - tensors[name + "_mae"].item()), allowed * max(1, error))
        else:  # in float32 an example on a decision boundary may be assigned to either class
            difference = abs(error - tensors[name + "_error"].item())
            check(f"{case}: {name} error", difference, 1e-10 if double else 2 / len(targets))


def write_targets(folder):
    """Two targets in different units."""
    x = np.random.default_rng(1).normal(size=(680, 6))
    y = np.stack([1000 + 20 * x[:, 0] * x[:, 1], 0.1 * np.sin(x[:, 2])], 1)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)


def compare_trainings(program, folder):
    write_targets(folder)
    of_targets = {**BASE, **MLP, **MOMENTUM, **SQUARED_ERROR, "data.name": "npy", "data.path": str(folder)}
    for base, cases in (({**BASE, **MLP}, CASES), ({**BASE, **MIXTURE}, MIXTURES),
                        (of_targets, {"standardized targets": {"data.normalize_targets": True}})):
        all = {f"{e}, {name}": {**engine, **keys} for e, engine in ENGINES.items() for name, keys in cases.items()}
        for case, tensors in dump(program, base, all).items():
            compare_training(case, {**base, **all[case]}, tensors)


def compare_saved_weights(descent, engine):
    """The weights saved by `descent run --save-weights` give the losses and errors in summary.csv."""
    keys = {**BASE, **MLP, **MOMENTUM, **BATCH_NORM, "train.steps": 60, "engine": engine}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "saved.json").write_text(json.dumps({"name": "saved", "seeds": 2, **nest(keys)}))
        command = [descent, "run", folder / "saved.json", "--out", folder, "--save-weights"]
        subprocess.run(command, check=True, capture_output=True)
        with open(folder / "saved/summary.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        files = {path.stem: load_safetensors(path) for path in folder.rglob("*.safetensors")}
    for row in rows:
        model = make_network(keys, 40, 10)
        model.load_state_dict(files[row["run"]])
        for split, size in ("train", 430), ("test", 250):
            x, y = (torch.from_numpy(np.load(DATA / f"mnist1d/{name}_{split}.npy"))[:size] for name in "xy")
            what = f"{engine}, saved weights, seed {row['seed']}: {split}"
            loss, error = evaluate(keys, model, x, y.long())
            check(f"{what} loss", abs(loss - float(row[f"final_{split}_loss"])), 1e-5)
            check(f"{what} error", abs(error - float(row[f"final_{split}_error"])), 1e-9)


def main():
    program, descent = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        compare_trainings(program, pathlib.Path(folder))
    for engine in "fused", "torch":
        compare_saved_weights(descent, engine)
    finish()


if __name__ == "__main__":
    main()
