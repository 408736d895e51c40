"""Records the inner tensors of a network from `descent export model`, optionally with deleted or cut blocks."""

import types

import torch
from common import ACTIVATIONS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.overrides import TorchFunctionMode


def kind_of(keys):
    return keys.get("model.kind", "mlp")


def is_residual(keys):
    return keys.get("model.residual") or kind_of(keys) == "resnet" and keys.get("model.shortcut") != "none"


def network(make, weights):
    """The network as probes see it: in training mode, without dropout, with the statistics of the whole batch."""
    model = make().double()
    model.load_state_dict(weights)
    model.train()
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.forward = types.MethodType(_BatchNorm.forward, module)
        elif isinstance(module, _DropoutNd):
            module.p = 0
        elif hasattr(module, "survival"):
            module.survival = 1.0
    return model


def blocks_of(keys, model):
    """The blocks that can be deleted: residual blocks, or layers (in a plain resnet, blocks) that keep the shape of their input."""
    if kind_of(keys) == "mlp":
        blocks = [getattr(model, f"linear{i}") for i in range(1, keys["model.depth"])]
    elif kind_of(keys) == "resnet":
        blocks = [module for module in model.modules() if type(module).__name__ == "Block"]
        if not is_residual(keys):
            blocks = [b for b in blocks if b.conv1.in_channels == b.conv1.out_channels and b.conv1.stride[0] == 1]
    else:
        convs = [m for m in model.modules() if isinstance(m, (nn.Conv1d, nn.Conv2d))]
        blocks = [c for c in convs if c.in_channels == c.out_channels and c.stride[0] == 1]
    set_paths(blocks, (), None)
    return blocks


def join(path, shortcut, branch):
    """The output of a residual block."""
    if path == "deleted":
        return shortcut
    return (shortcut.detach() if path == "branch" else shortcut) + (branch.detach() if path == "shortcut" else branch)


def set_paths(blocks, chosen, path, others=None):
    for i, block in enumerate(blocks):
        block.path = path if i in chosen else others


class Recorder(TorchFunctionMode):
    """Keeps the tensors of the last forward pass by kind and layer.

    The `path` of a block is None, "deleted", or the only path that carries the gradient: "shortcut" or "branch".
    """

    def __init__(self, keys, model):
        super().__init__()
        self.keys, self.model, self.blocks = keys, model, blocks_of(keys, model)
        for name, module in model.named_modules():
            is_layer = isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d))
            if is_layer or name.split(".")[-1].startswith("norm"):
                module.register_forward_hook(self.layer if is_layer else self.norm)
                module.name = name
            elif module in self.blocks and not is_residual(keys):
                module.register_forward_hook(lambda block, i, out: i[0] if block.path == "deleted" else out)

    def __call__(self, compute):
        """Records the forward pass in compute(model) and returns its value."""
        self.last, self.deleting, self.joins = None, False, iter(self.blocks)
        self.linears, self.norms, self.pre, self.active = {}, {}, {}, {}
        with self:
            return compute(self.model)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = func.__name__
        if is_residual(self.keys) and name == "add" and torch.is_tensor(args[1]):
            return join(next(self.joins).path, *args)
        if self.deleting and name in [*ACTIVATIONS, "max_pool1d", "max_pool2d"]:
            return args[0]
        out = func(*args, **(kwargs or {}))
        if name in ACTIVATIONS:
            self.keep(self.pre, self.last, args[0])
            self.keep(self.active, self.last, out)
        return out

    def layer(self, module, inputs, out):
        self.keep(self.linears, module.name, out)
        if "shortcut" not in module.name:
            self.last = module.name
        self.deleting = not is_residual(self.keys) and getattr(module, "path", None) == "deleted"
        return inputs[0] if self.deleting else out

    def norm(self, module, inputs, out):
        shortcut = "shortcut" in module.name
        self.keep(self.norms, module.name.replace(".norm", ".conv") if shortcut else self.last, inputs[0])
        return inputs[0] if self.deleting else out

    def keep(self, views, name, tensor):
        views[name] = tensor
        if tensor.requires_grad:
            tensor.retain_grad()

    def hidden(self):
        """The outputs of hidden linear layers and convolutions; in a perceptron, with the shortcut added."""
        kind = kind_of(self.keys)
        if kind == "mlp":
            return self.norms if self.norms and self.keys.get("model.norm_position") != "after" else self.pre
        if kind == "mixture_of_experts":
            return {name: self.linears[name] for name in self.pre}
        return {name: out for name, out in self.linears.items() if name != "linear"}


def rows_of(view):
    """[rows, units], with a row per example and position."""
    return view if view.dim() == 2 else view.flatten(2).transpose(1, 2).reshape(-1, view.shape[1])
