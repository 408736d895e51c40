"""Shared by the comparisons with PyTorch: experiments with one point per case, files of Descent, losses, checks."""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch.nn import functional as F

torch.set_num_threads(1)
failures = 0
DATA = pathlib.Path(__file__).resolve().parents[2] / "experiments/data"
SEED = 3
NORMS = ["none", "batch", "layer", "rms", "group"]
ACTIVATIONS = ["relu", "tanh", "sigmoid", "gelu", "leaky_relu", "silu", "identity"]


def load_safetensors(path):
    """The tensors by name, in the order of the file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    types = {"F32": np.float32, "F64": np.float64, "I64": np.int64}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


def part(tensors, prefix):
    """The entries whose names begin with `prefix`, without it."""
    return {name[len(prefix):]: values for name, values in tensors.items() if name.startswith(prefix)}


def network_class(source):
    """The torch.nn.Module in Python source written by `descent export model`: its last class."""
    scope = {"__name__": "exported", "__file__": "exported.py"}
    exec(source, scope)
    return [c for c in scope.values() if isinstance(c, type) and c.__module__ == "exported"][-1]


def nest(flat):
    """Turns keys like "model.width" into nested dictionaries."""
    tree = {}
    for path, value in flat.items():
        *parents, leaf = path.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return tree


def write_cases(file, base, cases):
    """Writes an experiment with one point per case."""
    sweep = [{path: [value] for path, value in keys.items()} for keys in cases.values()]
    file.write_text(json.dumps({"name": "cases", "seeds": [SEED], **nest(base), "sweep": sweep}))


def dump(program, base, cases):
    """The tensors of each case, computed by oracle_dump."""
    with tempfile.TemporaryDirectory() as folder:
        experiment, out = pathlib.Path(folder) / "cases.json", pathlib.Path(folder) / "out.safetensors"
        write_cases(experiment, base, cases)
        subprocess.run([program, experiment, out], check=True)
        tensors = load_safetensors(out)
    points = {case: part(tensors, f"{i}/") for i, case in enumerate(cases)}
    assert sum(map(len, points.values())) == len(tensors), "tensors of a point that is no case"
    return points


def check(what, difference, allowed):
    """Prints the difference; counts a failure if it is NaN or larger than allowed."""
    global failures
    bad = not difference <= allowed
    failures += bad
    print(f"{'FAIL' if bad else 'ok  '} {what}: {difference:.2e} (at most {allowed:.0e})", flush=True)


def finish():
    print(f"{failures} failures, torch {torch.__version__}")
    sys.exit(failures > 0)


def largest(numbers):
    """The maximum, or NaN if one number is NaN (which Python's max may skip)."""
    return float(np.max([*numbers]))


def distance(a, b):
    """The largest absolute difference."""
    assert a.shape == b.shape, f"shapes {tuple(a.shape)} and {tuple(b.shape)}"
    return (a.detach().double() - b.detach().double()).abs().max().item()


def one_hot(y, like):
    return y.to(like.dtype) if y.is_floating_point() else F.one_hot(y, like.shape[-1]).to(like.dtype)


def loss_of(keys, outputs, y, smoothing=0):
    if keys["train.loss.kind"] == "mse":
        return F.mse_loss(outputs, one_hot(y, outputs))
    return F.cross_entropy(outputs, y, label_smoothing=smoothing)


def gates_and_outputs(keys, model, x):
    """Log gates [B, experts] and outputs [B, experts, K] of a module with `gate`, `expert0`, ..."""
    gates, count = model.gate(x), keys["model.experts.count"]
    if top_k := keys.get("model.gate.top_k"):
        others = torch.ones_like(gates, dtype=torch.bool).scatter(1, gates.topk(top_k).indices, False)
        gates = gates.masked_fill(others, -torch.inf)
    return gates.log_softmax(1), torch.stack([model.get_submodule(f"expert{i}")(x) for i in range(count)], 1)


def mixed_outputs(keys, log_gates, outputs):
    if keys["train.loss.kind"] == "mse":
        return (log_gates.exp()[:, :, None] * outputs).sum(1)
    return (log_gates[:, :, None] + outputs.log_softmax(2)).logsumexp(1)


def objective(keys, model, x, y):
    """The training loss without weight decay."""
    smoothing = keys.get("train.loss.label_smoothing", 0)
    if keys.get("model.kind") != "mixture_of_experts":
        return loss_of(keys, model(x), y, smoothing)
    log_gates, outputs = gates_and_outputs(keys, model, x)
    if std := keys.get("model.experts.std"):
        density = torch.distributions.Normal(outputs, std).log_prob(one_hot(y, outputs)[:, None]).sum(2)
        loss = -(log_gates + density).logsumexp(1).mean()
    else:
        loss = loss_of(keys, mixed_outputs(keys, log_gates, outputs), y, smoothing)
    importance = log_gates.exp().sum(0)
    variation = importance.var(correction=0) / importance.mean() ** 2
    return loss + keys.get("model.gate.load_balancing", 0) * variation
