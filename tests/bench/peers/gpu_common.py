"""Shared by the peers on a GPU. A peer keeps running, so that it compiles once and can take turns with other programs: it
trains for each line of JSON on stdin and answers with a line of JSON on stdout.

A request: `kind` (mlp, resnet18k), `width`, `init`, `optimizer` {name, lr, momentum}, `batch`, `data` (an .npz with
x_train, y_train, x_test, y_test), `noise` (rate of wrong training labels), `epochs`, `evaluate` (both sets after each
epoch), `seeds`. The answer: `seconds` for all networks without compilation, and their final test `errors`.
"""

import argparse
import json
import sys
import time

import numpy as np

CLASSES = 10


def arguments(modes):
    p = argparse.ArgumentParser()
    p.add_argument("--mode", choices=modes, default=modes[0])
    p.add_argument("--device", default="cuda")
    p.add_argument("--precision", choices=["float32", "tf32"], default="float32")
    return p.parse_args()


def clock(device):
    """Wall-clock seconds on a GPU; on a CPU the CPU seconds of the process, which other programs affect less."""
    return time.process_time() if device == "cpu" else time.perf_counter()


def data_of(request):
    """x_train, y_train [seeds, N], x_test, y_test; a wrong label is one of the nine other classes."""
    with np.load(request["data"]) as arrays:
        x, y, x_test, y_test = (arrays[n] for n in ("x_train", "y_train", "x_test", "y_test"))
    labels = []
    for seed in request["seeds"]:
        random = np.random.default_rng(seed)
        moved = random.random(len(y)) < request["noise"]
        labels.append((y + moved * random.integers(1, CLASSES, len(y))) % CLASSES)
    return x, np.stack(labels).astype(np.int64), x_test, y_test.astype(np.int64)


def serve(make):
    """Answers requests; `make(request)` compiles, warms up and returns an object whose train(epochs) gives seconds, errors."""
    programs = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = json.dumps({k: v for k, v in request.items() if k != "epochs"})
        if key not in programs:
            programs[key] = make(request)
        seconds, errors = programs[key].train(request["epochs"])
        print(json.dumps({"seconds": seconds, "errors": errors}), flush=True)
