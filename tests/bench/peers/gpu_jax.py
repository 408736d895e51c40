"""JAX on one device, for compare_gpu.py (requests: gpu_common.py): one compiled program trains all seeds for an epoch,
by vmap over the seeds around a scan over the steps."""

import os

import gpu_common as c

a = c.arguments(["vmap"])
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
os.environ["JAX_PLATFORMS"] = a.device.split(":")[0]
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_default_matmul_precision", {"float32": "highest", "tf32": "tensorfloat32"}[a.precision])


def uniform(random, fan_in, *shape):
    return random.uniform(-(fan_in**-0.5), fan_in**-0.5, shape).astype(np.float32)


def linear(random, init, i, o):
    if init == "he_normal":
        return random.normal(0, (2 / i) ** 0.5, (i, o)).astype(np.float32), np.zeros(o, np.float32)
    return uniform(random, i, i, o), uniform(random, i, o)


def convolution(random, i, o, kernel):
    return uniform(random, i * kernel * kernel, o, i, kernel, kernel)


def ones_zeros(channels):
    return np.ones(channels, np.float32), np.zeros(channels, np.float32)


def initialize(request, features, seed):
    """The parameters, and the running variance and mean of each norm in the order of the forward pass."""
    random, w, init = np.random.default_rng(seed), request["width"], request["init"]
    if request["kind"] == "mlp":
        return [linear(random, init, *io) for io in ((features, w), (w, w), (w, c.CLASSES))], []
    blocks, statistics, i = [], [], w
    for k in range(8):
        o = w << k // 2
        block = {"norm1": ones_zeros(i), "conv1": convolution(random, i, o, 3)}
        block |= {"norm2": ones_zeros(o), "conv2": convolution(random, o, o, 3)}
        if k and k % 2 == 0:
            block["shortcut"] = convolution(random, i, o, 1)
        blocks.append(block)
        statistics += [ones_zeros(i), ones_zeros(o)]
        i = o
    ends = {"conv1": convolution(random, features, w, 3), "norm": ones_zeros(i)}
    return (ends, blocks, linear(random, init, i, c.CLASSES)), [*statistics, ones_zeros(i)]


def forward(request, parameters, statistics, x, training):
    if request["kind"] == "mlp":
        for i, (w, b) in enumerate(parameters):
            x = (jax.nn.relu(x) if i else x) @ w + b
        return x, statistics
    old, new = iter(statistics), []

    def conv(x, w, stride=1):
        pad = [(w.shape[2] // 2,) * 2] * 2
        return lax.conv_general_dilated(x, w, (stride, stride), pad, dimension_numbers=("NCHW", "OIHW", "NCHW"))

    def norm_relu(x, p):
        var, mean = next(old)
        if training:
            count = x.size // x.shape[1]
            of_batch = x.var((0, 2, 3)), x.mean((0, 2, 3))
            new.append((0.9 * var + 0.1 * of_batch[0] * count / (count - 1), 0.9 * mean + 0.1 * of_batch[1]))
            var, mean = of_batch
        scale = (p[0] * lax.rsqrt(var + 1e-5))[:, None, None]
        return jax.nn.relu((x - mean[:, None, None]) * scale + p[1][:, None, None])

    ends, blocks, (w, b) = parameters
    x = conv(x, ends["conv1"])
    for block in blocks:
        stride = 2 if "shortcut" in block else 1
        h = norm_relu(x, block["norm1"])
        shortcut = conv(h, block["shortcut"], stride) if "shortcut" in block else x
        x = shortcut + conv(norm_relu(conv(h, block["conv1"], stride), block["norm2"]), block["conv2"])
    return norm_relu(x, ends["norm"]).mean((2, 3)) @ w + b, new


def optimizer(request):
    """Functions parameters -> initial state, and (state, gradients, parameters, step from 1) -> (state, parameters)."""
    o, tree = request["optimizer"], jax.tree.map
    if o["name"] == "sgd":

        def sgd(m, g, p, _):
            m = tree(lambda m, g: o["momentum"] * m + g, m, g)
            return m, tree(lambda p, m: p - o["lr"] * m, p, m)

        return lambda p: tree(jnp.zeros_like, p), sgd

    def adam(s, g, p, t):
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, s[0], g)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, s[1], g)
        lr, c2 = o["lr"] / (1 - 0.9**t), lax.rsqrt(1 - 0.999**t)
        return (m, v), tree(lambda p, m, v: p - lr * m / (jnp.sqrt(v) * c2 + 1e-8), p, m, v)

    return lambda p: (tree(jnp.zeros_like, p), tree(jnp.zeros_like, p)), adam


class Program:
    def __init__(self, request):
        self.request = request
        x, y, x_test, y_test = (jax.device_put(v) for v in c.data_of(request))
        self.features, self.y = x.shape[1], y
        zeros, update = optimizer(request)
        self.zeros = zeros

        def loss(parameters, statistics, x, y):
            out, statistics = forward(request, parameters, statistics, x, True)
            return -jnp.take_along_axis(jax.nn.log_softmax(out), y[:, None], 1).mean(), statistics

        def scores(parameters, statistics, x, y):
            out, _ = forward(request, parameters, statistics, x, False)
            loss = -jnp.take_along_axis(jax.nn.log_softmax(out), y[:, None], 1).mean()
            return loss, (out.argmax(1) != y).mean()

        def step(s, idx):
            p, statistics, moments, t, y = s
            (_, statistics), g = jax.value_and_grad(loss, has_aux=True)(p, statistics, x[idx], y[idx])
            moments, p = update(moments, g, p, t)
            return (p, statistics, moments, t + 1, y), None

        def epoch(s, key):
            order = jax.random.permutation(key, len(x)).reshape(-1, request["batch"])
            s, _ = lax.scan(step, s, order)
            both = [scores(*s[:2], x, s[4]), scores(*s[:2], x_test, y_test)] if request["evaluate"] else []
            return s, both

        self.epoch = jax.jit(jax.vmap(epoch))
        self.scores = jax.jit(jax.vmap(lambda p, statistics: scores(p, statistics, x_test, y_test)))
        self.train(1)

    def train(self, epochs):
        seeds = self.request["seeds"]
        networks = [initialize(self.request, self.features, seed) for seed in seeds]
        p, statistics = jax.tree.map(lambda *v: jnp.stack(v), *networks)
        s = (p, statistics, self.zeros(p), jnp.ones(len(seeds)), self.y)
        keys = list(jax.random.split(jax.random.key(seeds[0]), (epochs, len(seeds))))
        jax.block_until_ready((s, keys))
        start = c.clock(a.device)
        log = []
        for of_epoch in keys:
            s, both = self.epoch(s, of_epoch)
            log.append(both)
        jax.block_until_ready((s, log))
        end = c.clock(a.device)
        return end - start, np.asarray(self.scores(*s[:2])[1]).tolist()


c.serve(Program)
