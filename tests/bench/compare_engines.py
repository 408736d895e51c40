"""Compares the two engines of Descent on one core: CPU milliseconds per training step and network, float32.

    python tests/bench/compare_engines.py --rounds 3 --markdown engines.md

Each time is the difference of two runs of four seeds with different numbers of steps, so that start and evaluations
cancel. The engines alternate in every round, and the table quotes ratios within a round. Needs torch and numpy.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

from compare_resnets import write_images

ROOT = pathlib.Path(__file__).resolve().parents[2]
SGD = {"name": "sgd", "lr": 0.05, "momentum": 0.9}
MNIST1D = {"name": "mnist1d", "train_size": 4000, "test_size": 16}
DIGITS = {"name": "digits", "train_size": 1437, "test_size": 64, "normalize": "minmax"}


def images(side, channels):
    return {"name": "npy", "path": f"{side}x{side}x{channels}", "train_size": 512, "test_size": 16}


def resnet(width, blocks):
    return {"kind": "resnet", "width": width, "blocks": blocks, "norm": "batch", "shortcut": "projection"}


def cnn(*channels, **keys):
    return {"kind": "cnn", "channels": channels, **keys}


def mlp(width, depth=2, **keys):
    return {"width": width, "depth": depth, **keys}


SMALL = {"kernels": [3, 3], "strides": [1, 2]}
RELU_FEATURES = {"kind": "linear_model", "features": "random_relu"}
# name -> data, model, batch, optimizer, steps
WORKS = {
    **{f"MLP 40-{w}-{w}-10": (MNIST1D, mlp(w), 100, "adam", steps)
       for w, steps in ((16, 1500), (64, 800), (256, 150), (1024, 20))},
    "MLP 40-64-64-10, batch norm, dropout": (MNIST1D, mlp(64, norm="batch", dropout=0.2), 100, "adam", 500),
    "MLP, 30 layers of 100, layer norm": (MNIST1D, mlp(100, 30, norm="layer"), 100, "adam", 60),
    "mixture of 4 experts of 32": (
        MNIST1D, {"kind": "mixture_of_experts", "experts": {"count": 4, "hidden": [32]}}, 100, "adam", 400),
    "linear model": (MNIST1D, {"kind": "linear_model"}, 100, "adam", 2000),
    **{f"linear model, {w} random features": (MNIST1D, {**RELU_FEATURES, "width": w}, 100, "adam", steps)
       for w, steps in ((500, 300), (4000, 60))},
    **{f"cnn of 3 x {c} channels, signals of 40": (MNIST1D, cnn(c, c, c), 100, SGD, steps)
       for c, steps in ((8, 200), (25, 200), (64, 60), (200, 15))},
    **{f"ResNet-18-like, width {w}, signals of 40": (MNIST1D, resnet(w, [2, 2, 2, 2]), 100, SGD, steps)
       for w, steps in ((16, 30), (32, 10), (64, 4))},
    "cnn of 16, 32 channels, 8x8": (DIGITS, cnn(16, 32, **SMALL), 64, SGD, 150),
    **{f"ResNet-18-like, width {w}, 8x8": (DIGITS, resnet(w, [2, 2, 2, 2]), 64, SGD, steps)
       for w, steps in ((4, 60), (16, 40), (20, 30), (24, 20), (32, 15))},
    **{f"cnn of 16, 32 channels, {s}x{s}": (images(s, 1), cnn(16, 32, **SMALL), 64, SGD, 8000 // s // s)
       for s in (12, 16, 28)},
    **{f"ResNet-8-like, width 8, {s}x{s}": (images(s, 1), resnet(8, [1, 1, 1]), 64, SGD, 5000 // s // s)
       for s in (12, 16, 28)},
    "ResNet-20, width 16, 3x32x32": (images(32, 3), resnet(16, [3, 3, 3]), 128, SGD, 3),
}


def write_all_images(folder):
    for name in {data["path"] for data, *_ in WORKS.values() if "path" in data}:
        side, _, channels = map(int, name.split("x"))
        (folder / name).mkdir()
        write_images(folder / name, 512, 16, (channels, side, side))


def cpu_seconds(program, experiment, engine, core, folder):
    """The CPU seconds of `descent run`; None if the engine does not support the network."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        command = ["taskset", "-c", str(core), program, "run", experiment, "--jobs", "1", "--engine", engine, "--out", out]
        done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode == 2 and "does not support" in done.stderr:
        return None
    if done.returncode:
        sys.exit(done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def step_seconds(program, work, engine, core, folder):
    data, model, batch, optimizer, steps = work
    seeds, file = 4, folder / "network.json"
    if "path" in data:
        data = {**data, "path": str(folder / data["path"])}
    times = []
    for length in (steps, 3 * steps):
        train = {"optimizer": optimizer, "batch_size": batch, "steps": length,
                 "evaluate": {"every_steps": length, "splits": ["test"]}}
        file.write_text(json.dumps({"name": "network", "seeds": seeds, "data": data, "model": model, "train": train}))
        times.append(cpu_seconds(program, file, engine, core, folder))
    return None if None in times else (times[1] - times[0]) / (2 * steps * seeds)


def row(name, measure, rounds):
    times = [(measure("fused"), measure("torch")) for _ in range(rounds)]
    fused, torch = zip(*times)
    torch_median = f"{statistics.median(torch) * 1000:.3g}"
    if None in fused:
        return f"| {name} | not supported | {torch_median} | |"
    ratio = statistics.median(t / f for f, t in times)
    return f"| {name} | {statistics.median(fused) * 1000:.3g} | {torch_median} | {ratio:.2f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descent", default=str(ROOT / "build/release/bin/descent"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--only", default="", help="networks whose name contains this")
    parser.add_argument("--markdown", type=pathlib.Path)
    options = parser.parse_args()
    lines = ["| network | fused, ms | torch, ms | torch / fused |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_all_images(folder)
        for name, work in WORKS.items():
            if options.only in name:
                lines.append(row(name, lambda engine: step_seconds(
                    options.descent, work, engine, options.core, folder), options.rounds))
                print(lines[-1], flush=True)
    if options.markdown:
        options.markdown.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
