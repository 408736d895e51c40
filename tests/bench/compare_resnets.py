"""Compares residual networks in Descent and PyTorch eager on one core: CPU milliseconds per step and network.

    python tests/bench/compare_resnets.py --rounds 5 --markdown resnets.md

One ResNet-20 of width 16 on batches of 128 random images of the shape of CIFAR-10, and eight ResNet-18-like networks on
batches of 64 of the 8x8 digits; all with batch norm, projection shortcuts, SGD with momentum, float32, one thread. The
programs alternate in every round, and the table quotes ratios within a round. Descent's times include its evaluations
at the start and the end; the start of the process and compilation are excluded. Needs torch and numpy.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import sys
import tempfile

import numpy as np
import torch
from compare_peers import HERE, cpu_model, peak_gflops, run, table

DIGITS = {"data.name": "digits", "data.train_size": 1437, "data.test_size": 64, "data.normalize": "minmax"}
IMAGES = {"data.name": "npy", "data.train_size": 1024, "data.test_size": 16}
# name -> work of the peer, width, seeds, steps, keys
WORKS = {
    "ResNet-20, width 16, 128 images 3x32x32": (
        "cifar", 16, 1, 20, {**IMAGES, "model.blocks": [3, 3, 3], "train.batch_size": 128, "train.optimizer.lr": 0.1}
    ),
    "ResNet-18-like, width 4, 64 digits 8x8, 8 seeds": (
        "digits", 4, 8, 200, {**DIGITS, "train.batch_size": 64, "train.optimizer.lr": 0.05}
    ),
    "ResNet-18-like, width 16, 64 digits 8x8, 8 seeds": (
        "digits", 16, 8, 100, {**DIGITS, "train.batch_size": 64, "train.optimizer.lr": 0.05}
    ),
}
KEYS = {
    "model.kind": "resnet",
    "model.norm": "batch",
    "model.shortcut": "projection",
    "train.optimizer.name": "sgd",
    "train.optimizer.momentum": 0.9,
    "train.evaluate.splits": ["test"],
}


def write_images(folder, train, test, shape=(3, 32, 32)):
    """Random images and labels, for data.name npy."""
    random = np.random.default_rng(0)
    for part, size in ("train", train), ("test", test):
        np.save(folder / f"x_{part}.npy", random.standard_normal((size, *shape), dtype=np.float32))
        np.save(folder / f"y_{part}.npy", random.integers(0, 10, size))


def experiment_of(keys, seeds):
    """The text of an experiment with these keys, such as "model.width"."""
    experiment = {"name": "resnets", "seeds": seeds}
    for key, value in keys.items():
        *sections, last = key.split(".")
        target = experiment
        for section in sections:
            target = target.setdefault(section, {})
        target[last] = value
    return json.dumps(experiment)


def run_ours(descent, work, width, seeds, steps, keys, images, core):
    """Milliseconds per step and network."""
    keys = {**KEYS, **keys, "model.width": width, "train.steps": steps, "train.evaluate.every_steps": steps}
    if work == "cifar":
        keys["data.path"] = str(images)
    with tempfile.TemporaryDirectory() as out:
        file = pathlib.Path(out) / "resnets.json"
        file.write_text(experiment_of(keys, seeds))
        run([descent, "run", file, "--jobs", 1, "--out", out], core)
        parts = list(pathlib.Path(out).glob("resnets/parts/*/part.json"))
        seconds = sum(json.loads(part.read_text())["cpu_seconds"] for part in parts)
    return seconds / seeds / steps * 1e3


def run_peer(work, width, steps, images, core):
    script = HERE / "peers" / "resnet_torch.py"
    text, _ = run([sys.executable, script, "--work", work, "--data", images, "--width", width, "--steps", steps], core)
    return float(text)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--descent", default=HERE.parents[1] / "build/release/bin/descent")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--core", type=int, default=0)
    p.add_argument("--works", default="", help="only those whose names contain this")
    p.add_argument("--markdown", type=pathlib.Path, help="where to write the report")
    a = p.parse_args()
    load, rows = os.getloadavg()[0], []
    with tempfile.TemporaryDirectory() as folder:
        images = pathlib.Path(folder)
        write_images(images, 1024, 16)
        for name, (work, width, seeds, steps, keys) in WORKS.items():
            if a.works not in name:
                continue
            rounds = []
            for _ in range(a.rounds):
                ours = run_ours(a.descent, work, width, seeds, steps, keys, images, a.core)
                peer = run_peer(work, width, steps, images, a.core)
                rounds.append((ours, peer, peer / ours))
                print(f"{name}: {ours:.2f} ms, eager {peer:.2f} ms", file=sys.stderr, flush=True)
            ours, peer, ratio = (statistics.median(values) for values in zip(*rounds))
            ratios = [r for _, _, r in rounds]
            rows.append([name, f"{ours:.2f}", f"{peer:.2f}", f"{ratio:.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"])
    report = (
        f"## Residual networks\n\n{datetime.date.today()}, one thread pinned to one core of {cpu_model()} "
        f"({peak_gflops(a.core):.0f} GFLOP/s in PyTorch's product), load {load:.1f} to {os.getloadavg()[0]:.1f}; torch "
        f"{torch.__version__} eager, channels_last. CPU milliseconds per step and network, medians of {a.rounds} "
        "interleaved rounds. Written by tests/bench/compare_resnets.py.\n\n"
        + table(["network", "Descent", "PyTorch", "PyTorch / Descent", "range"], rows)
        + "\n"
    )
    print(report)
    if a.markdown:
        a.markdown.write_text(report)


if __name__ == "__main__":
    main()
