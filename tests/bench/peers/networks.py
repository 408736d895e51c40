"""PyTorch code shared by several peers."""
import torch
import torch.nn.functional as F
from torch import nn

import common as c


class FunctionalNorm(nn.Module):
    """Batch norm that keeps its new running statistics in `new`, because vmap over grad cannot update buffers."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))
        self.new = None

    def forward(self, x):
        if not self.training:
            return F.batch_norm(x, self.mean, self.var, self.weight, self.bias, False)
        with torch.no_grad():
            var, mean = torch.var_mean(x, [d for d in range(x.dim()) if d != 1])
            self.new = {"mean": 0.9 * self.mean + 0.1 * mean, "var": 0.9 * self.var + 0.1 * var}
        return F.batch_norm(x, None, None, self.weight, self.bias, True)


def norms_of(model):
    return {n: m for n, m in model.named_modules() if isinstance(m, FunctionalNorm)}


def new_statistics(norms):
    """The buffers of the model after a forward pass in training mode."""
    return {f"{n}.{k}": v for n, m in norms.items() for k, v in m.new.items()}


def mlp(w, seed, norm=None):
    """The network of W1, or with a norm that of W2."""
    torch.manual_seed(seed)
    layers, i = [], 40
    for _ in range(2):
        layers += [nn.Linear(i, w), *([norm(w)] if norm else []), nn.ReLU(), *([nn.Dropout(c.DROPOUT)] if norm else [])]
        i = w
    return nn.Sequential(*layers, nn.Linear(w, 10))


def scores(out, y):
    """Loss and error."""
    return F.cross_entropy(out, y), (out.argmax(1) != y).float().mean()
