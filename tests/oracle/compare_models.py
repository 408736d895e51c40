"""Checks that linear models and mixtures of experts compute what NumPy and PyTorch compute.

    python tests/oracle/compare_models.py ORACLE_DUMP

Like compare.py, whose functions it uses: every case is trained by ORACLE_DUMP and again here, from the same weights on
the same batches. One line per comparison; exit 1 if a difference is larger than allowed.
"""

import math
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import compare
from compare import ACTIVATIONS, SGD, check, distance, dump

DATA = {"data.name": "mnist1d", "data.train_size": 60, "data.test_size": 250, "data.label_noise.rate": 0.15}
LINEAR = {**DATA, "precision": "float64", "model.kind": "linear_model", "train.loss.kind": "mse"}
STEPS = 200


def design_matrix(keys, tensors):
    x = tensors["x"].double().numpy()
    if keys.get("model.features.kind") == "random_relu":
        weight, bias = (tensors[f"init/features.{name}"].numpy() for name in ("weight", "bias"))
        x = np.maximum(x @ weight.T + bias, 0)
    return np.hstack([x, np.ones((len(x), 1))]) if keys.get("model.intercept") else x


def gradient_descent(keys, phi, y, steps):
    """Gradient descent from 0 on the mean squared error, step by step."""
    curvature = 2 * np.linalg.norm(phi, 2) ** 2 / y.size
    w = np.zeros((phi.shape[1], y.shape[1]))
    for _ in range(steps):
        w -= keys["train.solver.relative_lr"] / curvature * 2 / y.size * phi.T @ (phi @ w - y)
    return w


def expected_weights(keys, phi, y):
    solver = keys["train.solver.kind"]
    if solver == "least_squares":
        return np.linalg.pinv(phi) @ y
    if solver == "ridge":
        return np.linalg.solve(phi.T @ phi + keys["train.solver.lambda"] * np.eye(phi.shape[1]), phi.T @ y)
    return gradient_descent(keys, phi, y, keys["train.steps"])


def compare_linear_models(program):
    """The output weights and the losses of every solver, for fewer, as many and more features than examples."""
    features = {"raw": {}, "raw and an intercept": {"model.intercept": True}} | {
        f"{p} random features": {"model.features.kind": "random_relu", "model.width": p} for p in (20, 54, 66, 200)
    }
    solver = "train.solver."
    solvers = {
        "least squares": {solver + "kind": "least_squares"},
        "ridge": {solver + "kind": "ridge", solver + "lambda": 0.3},
        "gradient descent": {solver + "kind": "gradient_descent", solver + "relative_lr": 0.5, "train.steps": 300},
    }
    cases = {f"{f}, {s}": {**features[f], **solvers[s]} for f in features for s in solvers}
    for case, tensors in dump(program, "oracle-linear", LINEAR, cases).items():
        keys = cases[case]
        phi, y = design_matrix(keys, tensors), np.eye(10)[tensors["y"].numpy()]
        expected = expected_weights(keys, phi, y)
        readout = tensors["final/readout.weight"].numpy().T
        if keys.get("model.intercept"):
            readout = np.vstack([readout, tensors["final/readout.bias"].numpy()])
        check(f"{case}: output weights, relative", np.abs(readout - expected).max() / np.abs(expected).max(), 1e-9)
        loss = np.mean((phi @ expected - y) ** 2)
        check(f"{case}: training loss", abs(loss - tensors["train_loss"].item()), 1e-9)
        for name in "weight", "bias":
            if f"init/features.{name}" in tensors:
                check(f"{case}: features are not trained", distance(*(tensors[f"{t}/features.{name}"] for t in ("init", "final"))), 0)


def compare_random_features(program):
    """Bit for bit those of torch.manual_seed and normal_."""
    cases = {"random features": {"model.features.kind": "random_relu", "model.width": 70, "train.solver.kind": "least_squares"}}
    [tensors] = dump(program, "oracle-features", LINEAR, cases).values()
    torch.manual_seed(compare.SEED)
    weight = torch.empty(70, 40, dtype=torch.float64).normal_(0, 1 / math.sqrt(40)) * (1 / math.sqrt(70))
    bias = torch.empty(70, dtype=torch.float64).normal_(0, 0.1) * (1 / math.sqrt(70))
    check("random features: weight", distance(weight, tensors["init/features.weight"]), 0)
    check("random features: bias", distance(bias, tensors["init/features.bias"]), 0)


class Part(nn.Module):
    """The gate or an expert: linear0, activation, linear1, ..."""

    def __init__(self, sizes, activation):
        super().__init__()
        self.depth = len(sizes) - 2
        for i in range(self.depth + 1):
            setattr(self, f"linear{i}", nn.Linear(sizes[i], sizes[i + 1], dtype=torch.float64))
        self.activation = ACTIVATIONS[activation]()

    def forward(self, x):
        for i in range(self.depth):
            x = self.activation(getattr(self, f"linear{i}")(x))
        return getattr(self, f"linear{self.depth}")(x)


class Mixture(nn.Module):
    def __init__(self, keys):
        super().__init__()
        self.keys, self.count = keys, keys["model.experts.count"]
        hidden = keys.get("model.experts.hidden", [])
        self.gate = Part([40, *keys.get("model.gate.hidden", []), self.count], keys.get("model.gate.activation", "tanh"))
        for i in range(self.count):
            setattr(self, f"expert{i}", Part([40, *hidden, 10], keys.get("model.activation", "relu")))

    def forward(self, x):
        """Log gates [B, experts] and the experts' outputs [B, experts, 10]."""
        logits = self.gate(x)
        if top_k := self.keys.get("model.gate.top_k"):
            masked = torch.ones_like(logits, dtype=torch.bool).scatter(1, logits.topk(top_k).indices, False)
            logits = logits.masked_fill(masked, -math.inf)
        return logits.log_softmax(1), torch.stack([getattr(self, f"expert{i}")(x) for i in range(self.count)], 1)

    def outputs(self, log_gates, outputs):
        if self.keys["train.loss.kind"] == "mse":
            return (log_gates.exp()[:, :, None] * outputs).sum(1)
        return (log_gates[:, :, None] + outputs.log_softmax(2)).logsumexp(1)

    def loss(self, mixed, y):
        if self.keys["train.loss.kind"] == "mse":
            return F.mse_loss(mixed, F.one_hot(y, 10).double())
        return F.cross_entropy(mixed, y, label_smoothing=self.keys.get("train.loss.label_smoothing", 0))

    def objective(self, x, y):
        log_gates, outputs = self(x)
        if std := self.keys.get("model.experts.std"):
            density = torch.distributions.Normal(outputs, std).log_prob(F.one_hot(y, 10).double()[:, None]).sum(2)
            loss = -(log_gates + density).logsumexp(1).mean()
        else:
            loss = self.loss(self.outputs(log_gates, outputs), y)
        importance = log_gates.exp().sum(0)
        variation = importance.var(correction=0) / importance.mean() ** 2
        return loss + self.keys.get("model.gate.load_balancing", 0) * variation


def compare_mixtures(program):
    base = {**DATA, **SGD, "precision": "float64", "model.kind": "mixture_of_experts", "model.experts.count": 3,
            "train.batch_size": 25, "train.steps": STEPS, "data.train_size": 230}  # fmt: skip
    hidden = {"model.experts.hidden": [8, 7], "model.gate.hidden": [9]}
    sparse = {"model.gate.top_k": 2, "model.gate.load_balancing": 0.1}
    mse, std = {"train.loss.kind": "mse"}, {"train.loss.kind": "mse", "model.experts.std": 0.5, "train.optimizer.lr": 0.01}
    cases = {
        "mixture of probabilities": {**hidden},
        "mixture of probabilities, linear, label smoothing": {"train.loss.label_smoothing": 0.1},
        "mixture of probabilities, sparse": {**hidden, **sparse},
        "mixture of outputs": {**hidden, **mse, "model.activation": "gelu", "model.gate.activation": "relu"},
        "mixture of outputs, sparse": {**mse, **sparse},
        "likelihood of a mixture": {**hidden, **std},
        "likelihood of a mixture, sparse": {**std, **sparse},
    }
    cases = {name: {"train.loss.kind": "cross_entropy", **keys} for name, keys in cases.items()}
    for case, tensors in dump(program, "oracle-mixtures", base, cases).items():
        keys = {**base, **cases[case]}
        model = Mixture(keys)
        model.load_state_dict({n.removeprefix("init/"): t for n, t in tensors.items() if n.startswith("init/")})
        optimizer = compare.make_optimizer({**compare.DEFAULTS, **keys}, model)
        x, y = tensors["x"].double(), tensors["y"].long()
        for step, row in enumerate(tensors["order"]):
            batch = row[row >= 0]
            optimizer.zero_grad()
            model.objective(x[batch], y[batch]).backward()
            if step == 0:
                check(f"{case}: first outputs", distance(model.outputs(*model(x[batch])), tensors["logits0"]), 1e-10)
                difference = max(distance(p.grad, tensors["grad/" + n]) for n, p in model.named_parameters())
                check(f"{case}: first gradient", difference, 1e-10)
            optimizer.step()
        difference = max(distance(p, tensors["final/" + n]) for n, p in model.named_parameters())
        check(f"{case}: parameters after {STEPS} steps", difference, 1e-10)
        for part, prefix in ("train", ""), ("test", "test_"):
            inputs, labels = tensors[prefix + "x"].double(), tensors[prefix + "y"].long()
            with torch.no_grad():
                mixed = model.outputs(*model(inputs))
                check(f"{case}: {part} loss", abs(model.loss(mixed, labels).item() - tensors[part + "_loss"].item()), 1e-10)


def main():
    [program] = sys.argv[1:]
    compare_linear_models(program)
    compare_random_features(program)
    compare_mixtures(program)
    print(f"oracle: {compare.failures} failures, torch {torch.__version__}, numpy {np.__version__}")
    sys.exit(1 if compare.failures else 0)


if __name__ == "__main__":
    main()
