"""PyTorch on one device, for compare_gpu.py (requests: gpu_common.py), with fused optimizers.

--mode eager    one network after the other
--mode compile  the same with compiled forward and backward passes
--mode vmap     all seeds at once: stack_module_state, functional_call, vmap(grad_and_value)
--mode seeds    the same with torch.compile around vmap
"""

import math

import gpu_common as c
import torch
import torch.nn.functional as F
from networks import FunctionalNorm, new_statistics, norms_of, scores
from torch import nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

a = c.arguments(["eager", "compile", "vmap", "seeds"])
device = torch.device(a.device)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.precision == "tf32"
torch.backends.cudnn.benchmark = True
if device.type == "cpu":
    torch.set_num_threads(1)  # like Descent
optimize = (lambda f: torch.compile(f, dynamic=False)) if a.mode in ("compile", "seeds") else lambda f: f


def seconds():
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return c.clock(a.device)


class Block(nn.Module):
    """A pre-activation block, whose projection reads the normalized and activated input (He et al. 2016)."""

    def __init__(self, i, o, stride, norm):
        super().__init__()
        self.norm1, self.conv1 = norm(i), nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.norm2, self.conv2 = norm(o), nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(i, o, 1, stride, bias=False) if stride != 1 or i != o else None

    def forward(self, x):
        h = F.relu(self.norm1(x))
        branch = self.conv2(F.relu(self.norm2(self.conv1(h))))
        return branch + (x if self.shortcut is None else self.shortcut(h))


def network(request, features, norm):
    w = request["width"]
    if request["kind"] == "mlp":
        model = nn.Sequential(
            nn.Linear(features, w), nn.ReLU(), nn.Linear(w, w), nn.ReLU(), nn.Linear(w, c.CLASSES)
        )
    else:
        blocks, i = [], w
        for stage in range(4):
            blocks += [Block(i, w << stage, 2 if stage else 1, norm), Block(w << stage, w << stage, 1, norm)]
            i = w << stage
        end = [norm(i), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(i, c.CLASSES)]
        model = nn.Sequential(nn.Conv2d(features, w, 3, 1, 1, bias=False), *blocks, *end)
    if request["init"] == "he_normal":
        for layer in model:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0, math.sqrt(2 / layer.in_features))
                nn.init.zeros_(layer.bias)
    return model


def seeded(request, seed, features, norm):
    torch.manual_seed(seed)
    return network(request, features, norm).to(device)


def optimizer(request, parameters):
    o = request["optimizer"]
    if o["name"] == "adam":
        return torch.optim.Adam(parameters, lr=o["lr"], fused=True)
    return torch.optim.SGD(parameters, lr=o["lr"], momentum=o["momentum"], fused=True)


class Program:
    """Moves the data to the device and trains for one epoch to warm up."""

    def __init__(self, request):
        self.request, self.batch, self.seeds = request, request["batch"], request["seeds"]
        self.x, self.y, self.x_test, self.y_test = (torch.from_numpy(v).to(device) for v in c.data_of(request))
        self.features = self.x.shape[1]
        self.build()
        self.train(1)


class Alone(Program):
    def build(self):
        self.model = seeded(self.request, 0, self.features, nn.BatchNorm2d)
        self.loss = optimize(lambda model, x, y: F.cross_entropy(model(x), y))
        self.score = optimize(lambda model, x, y: scores(model(x), y))

    def evaluate(self, y):
        self.model.eval()
        with torch.no_grad():
            return [self.score(self.model, *pair) for pair in ((self.x, y), (self.x_test, self.y_test))]

    def train(self, epochs):
        runs = [self.run(seed, y, epochs) for seed, y in zip(self.seeds, self.y)]
        return sum(s for s, _ in runs), [e for _, e in runs]

    def run(self, seed, y, epochs):
        self.model.load_state_dict(seeded(self.request, seed, self.features, nn.BatchNorm2d).state_dict())
        opt, log = optimizer(self.request, self.model.parameters()), []
        start = seconds()
        for _ in range(epochs):
            self.model.train()
            for idx in torch.randperm(len(self.x), device=device).split(self.batch):
                opt.zero_grad()
                self.loss(self.model, self.x[idx], y[idx]).backward()
                opt.step()
            if self.request["evaluate"]:
                log += self.evaluate(y)
        end = seconds()
        return end - start, self.evaluate(y)[1][1].item()


class Stacked(Program):
    def build(self):
        self.base = network(self.request, self.features, FunctionalNorm).to("meta")
        self.norms = norms_of(self.base)
        self.step = optimize(vmap(grad_and_value(self.loss, has_aux=True), randomness="different"))
        score = lambda parameters, buffers, x, y: scores(functional_call(self.base, (parameters, buffers), (x,)), y)
        self.score = optimize(vmap(score, in_dims=(0, 0, None, 0)))

    def loss(self, parameters, buffers, x, y):
        loss = F.cross_entropy(functional_call(self.base, (parameters, buffers), (x,)), y)
        return loss, new_statistics(self.norms)

    def evaluate(self, state):
        self.base.eval()
        test = self.y_test.expand(len(self.seeds), -1)
        return [self.score(*state, *pair) for pair in ((self.x, self.y), (self.x_test, test))]

    @torch.no_grad()
    def train(self, epochs):
        models = [seeded(self.request, seed, self.features, FunctionalNorm) for seed in self.seeds]
        parameters, buffers = stack_module_state(models)
        opt, log = optimizer(self.request, parameters.values()), []
        start = seconds()
        for _ in range(epochs):
            self.base.train()
            order = torch.rand(self.y.shape, device=device).argsort(1)
            for idx in order.split(self.batch, 1):
                grads, (_, new) = self.step(parameters, buffers, self.x[idx], self.y.gather(1, idx))
                buffers.update(new)
                for name, parameter in parameters.items():
                    parameter.grad = grads[name]
                opt.step()
            if self.request["evaluate"]:
                log += self.evaluate((parameters, buffers))
        end = seconds()
        return end - start, self.evaluate((parameters, buffers))[1][1].tolist()


c.serve(Alone if a.mode in ("eager", "compile") else Stacked)
