"""Compares the modules of lib/models with torch.nn.

    python tests/oracle/compare_modules.py MODULE_DUMP

MODULE_DUMP (module_dump.cpp) trains stacks of one and of three networks in double precision for ten steps. This script
loads every replica into the network in Python that `descent export model` writes and trains it on the same examples.
Prints the largest differences of outputs, losses, gradients and weights of each case, relative to the largest number
among them; exits with 1 if one is too large.
"""

import itertools
import pathlib
import subprocess
import sys
import tempfile

import torch
from common import ACTIVATIONS, NORMS, check, finish, largest, load_safetensors, network_class, part, write_cases
from torch.nn import functional as F

ALLOWED = 1e-12
SIGNALS, IMAGES = {"data.name": "mnist1d"}, {"data.name": "digits", "data.train_size": 50, "data.test_size": 50}
SIX_INPUTS = {"data.name": "linear_spectrum", "data.generator.features": 6, "train.loss.kind": "mse"}
ONE_INPUT = {"data.name": "sinusoid", "train.loss.kind": "mse"}
MLP = {**SIGNALS, "model.kind": "mlp", "model.hidden": [8, 8, 8], "model.activation": "tanh"}
CNN = {"model.kind": "cnn", "model.channels": [4, 6], "model.kernels": [4, 3], "model.strides": [2, 1]}
RESNET = {"model.kind": "resnet", "model.width": 4, "model.blocks": [1, 2]}
LINEAR = {"model.kind": "linear_model"}
MIXTURE = {"model.kind": "mixture_of_experts", "model.experts.count": 3}
FEATURES = "model.features.kind"


def norm_keys(kind):
    # The units of a small group are often almost equal; division by their standard deviation would amplify rounding errors.
    return {"model.norm.kind": kind} | ({"model.norm.groups": 2, "model.norm.epsilon": 0.1} if kind == "group" else {})


def cases():
    """The keys of each case by its name."""
    all = {}
    both = itertools.cycle([("signals", SIGNALS), ("images", IMAGES)])
    for norm in NORMS:
        norms = norm_keys(norm)
        for activation in ACTIVATIONS:
            keys = {**norms, "model.activation": activation}
            all[f"mlp, {norm}, {activation}"] = {**MLP, **keys}
            name, data = next(both)
            all[f"cnn, {name}, {norm}, {activation}"] = {**data, **CNN, **keys}
            all[f"resnet, {name}, {norm}, {activation}"] = {**data, **RESNET, **keys}
        all[f"mlp, residual, {norm}"] = {**MLP, **norms, "model.residual": True}
        for block in "basic", "bottleneck":
            for shortcut in "identity", "projection", "none":
                name, data = next(both)
                all[f"resnet, {name}, {norm}, pre-activation, {block}, {shortcut}"] = {
                    **data, **RESNET, **norms, "model.activation": "tanh", "model.block": block,
                    "model.shortcut": shortcut, "model.preactivation": True,
                }
        if norm == "none":
            continue
        affine = {"model.norm.affine": False, "model.norm.epsilon": 0.1, "model.norm_position": "after"}
        all[f"mlp, {norm} after, no gamma"] = {**MLP, **norms, **affine}
        all[f"cnn, {norm} after, no gamma, average"] = {
            **IMAGES, **CNN, **norms, **affine, "model.pooling": "average", "model.activation": "tanh",
        }
    batch = norm_keys("batch")
    all["mlp, batch norm of groups"] = {**MLP, **batch, "model.norm.statistics_groups": 2}
    all["mlp, batch norm, momentum"] = {**MLP, **batch, "model.norm.momentum": 0.3}
    all["cnn, batch norm predicts with the batch"] = {**IMAGES, **CNN, **batch, "model.norm.predict_with": "batch"}
    all["cnn, max pooling"] = {**IMAGES, **CNN, "model.pooling": "max", "model.max_pool": [2, 1],
                               "model.activation": "tanh"}
    for shortcut in "projection", "none":
        for block in "basic", "bottleneck":
            all[f"resnet, {block}, {shortcut}"] = {
                **IMAGES, **RESNET, **batch, "model.shortcut": shortcut, "model.block": block,
                "model.activation": "silu",
            }
    all["resnet, stem"] = {**IMAGES, **RESNET, "model.stem.kernel": 5, "model.stem.stride": 2,
                           "model.stem.max_pool": True, "model.activation": "tanh"}
    all["linear model"] = {**SIX_INPUTS, **LINEAR, "model.intercept": True}
    all["linear model, random features"] = {**SIX_INPUTS, **LINEAR, FEATURES: "random_relu", "model.width": 9}
    all["linear model, Gaussians"] = {**ONE_INPUT, **LINEAR, FEATURES: "gaussian_basis", "model.width": 9}
    for name, data in ("probabilities", SIGNALS), ("outputs", SIX_INPUTS):
        all[f"mixture of {name}"] = {**data, **MIXTURE, "model.experts.hidden": [5], "model.gate.hidden": [4]}
        all[f"mixture of {name}, top_k"] = {**data, **MIXTURE, "model.gate.top_k": 2}
    return all


def relative(pairs):
    """The largest difference of pairs of tensors, relative to the largest number."""
    size = largest(a.abs().max().item() for a, _ in pairs)
    return largest((a - b).abs().max().item() for a, b in pairs) / max(size, 1e-30)


def compare_replica(make, tensors, r):
    """The relative differences between a replica of a stack and a network of class `make`."""
    network = make().double()
    tensors = {name: values[:, r] if name == "losses" else values[r] for name, values in tensors.items()}
    network.load_state_dict(part(tensors, "init/"))
    x, y = tensors["x"], tensors["y"]
    losses, gradients = [], []
    for step in range(len(tensors["losses"])):
        outputs = network(x)
        losses.append(F.mse_loss(outputs, y) if y.is_floating_point() else F.cross_entropy(outputs, y))
        network.zero_grad()
        losses[-1].backward()
        trained = {name: p for name, p in network.named_parameters() if p.requires_grad}
        expected = part(tensors, f"gradient/{step}/")
        assert trained.keys() == expected.keys(), (trained.keys(), expected.keys())
        gradients.append(relative([(expected[name], p.grad) for name, p in trained.items()]))
        with torch.no_grad():
            for p in trained.values():
                p -= 0.05 * p.grad
    with torch.no_grad():
        outputs = network.eval()(x)
    state = network.state_dict()
    return {
        "losses": relative([(tensors["losses"], torch.stack(losses).detach())]),
        "gradients": largest(gradients),
        "weights": relative([(values, state[name]) for name, values in part(tensors, "final/").items()]),
        "outputs": relative([(tensors["outputs"], outputs)]),
    }


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    all = cases()
    base = {"data.name": "mnist1d", "train.steps": 1, "train.batch_size": 12}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        experiment = folder / "modules.json"
        write_cases(experiment, base, all)
        subprocess.run([program, experiment, folder], check=True)
        for i, case in enumerate(all):
            make = network_class((folder / f"{i}.py").read_text())
            dumped = load_safetensors(folder / f"{i}.safetensors")
            found = {}
            for replicas in 1, 3:
                tensors = part(dumped, f"{replicas}/")
                for r in range(replicas):
                    for what, difference in compare_replica(make, tensors, r).items():
                        found[what] = largest([found.get(what, 0), difference])
            differences = ", ".join(f"{what} {difference:.0e}" for what, difference in found.items())
            check(f"{case}: {differences}", largest(found.values()), ALLOWED)
    finish()


if __name__ == "__main__":
    main()
