r"""Compares Descent with PyTorch and JAX on a GPU: microseconds per step and network, test errors, claims.

    python tests/bench/compare_gpu.py --claims --markdown gpu.md
    python tests/bench/compare_gpu.py --device cpu --small --peers 'eager,torch.func vmap'    # the test of this script

Works: double descent (experiments/double_descent_width.json), W1, and the ResNet18k of Nakkiran et al. 2020 on images of
the shape of CIFAR-10 (noise around one random color per class). The programs alternate in every round, and the tables
quote ratios within a round. A peer trains once before it is timed; the device is synchronized around the timing.
Descent's time is the difference of two calls of `descent run` that train the same stack for different numbers of epochs,
so that start and preparation cancel. The times include evaluations after every epoch, except for residual networks.
All compute in float32, or with --precision tf32. Needs torch and numpy; includes JAX if it is installed.

Building Descent on the machine with the GPU needs a compiler, CMake, Ninja and the LibTorch of Python's torch. The other
packages fit into a folder of 3 MB, made on a Debian or Ubuntu machine with the same processor architecture:

    mkdir carried && carried=$PWD/carried && cd / && cp -r --parents usr/include/{CLI,nlohmann,fmt,zlib.h,zconf.h} \
        usr/share/cmake/{CLI11,nlohmann_json} usr/lib/*/cmake/fmt usr/lib/*/{libfmt.so*,libz.a} $carried

and on the machine with the GPU, in the checkout:

    cmake --preset release -DBUILD_TESTING=OFF -DDESCENT_WERROR=OFF -DCMAKE_PREFIX_PATH=$PWD/carried/usr \
        -DTorch_DIR=$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)')/Torch
    cmake --build build/release --target descent descent-train
"""

import argparse
import datetime
import importlib.metadata
import importlib.util
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from compare_peers import HERE, cpu_model, read_results, table
from gpu_works import ROOT, works

OURS = "descent"
PEERS = {  # name -> script, mode, required module, kinds of networks; "alone": one network at a time
    "eager": ("gpu_torch.py", "eager", "torch", "mlp resnet18k alone"),
    "torch.compile": ("gpu_torch.py", "compile", "torch", "mlp resnet18k alone"),
    "torch.func vmap": ("gpu_torch.py", "vmap", "torch", "mlp resnet18k"),
    "torch.compile over seeds": ("gpu_torch.py", "seeds", "torch", "mlp"),
    "JAX vmap": ("gpu_jax.py", "vmap", "jax", "mlp resnet18k"),
}
CLAIMS = ["quickstart", "he_init_depth", "batch_norm_small_batches", "dropout", "resnet_digits"]


def options(a, work, epochs, seeds, widths):
    """The options of `descent plan` and `descent run`."""
    keys = [f"train.epochs={epochs}", f'precision="{a.precision}"', "claims=[]"]
    keys += [] if work.evaluates else [f"train.evaluate.every_epochs={epochs}"]
    words = [work.file, "--engine", "torch", "--device", a.device, "--seeds", seeds]
    words += ["--sweep", "model.width=" + ",".join(map(str, widths))]
    return [*map(str, words), *(v for key in keys for v in ("--set", key))]


def output_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"compare_gpu: {' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def widths_by_stack(a, work):
    """The widths by the number of networks that Descent trains in one stack."""
    groups = {}
    for width in work.widths:
        plan = output_of([a.descent, "plan", *options(a, work, work.epochs[1], work.seeds, [width])])
        stacks = int(re.search(r"(\d+) stacks?\b", plan)[1])
        groups.setdefault(math.ceil(work.seeds / stacks), []).append(width)
    return groups


def run_ours(a, work):
    """us per step and network, test errors and networks per stack by width."""

    def run(epochs, stack, widths):
        """Seconds and errors of one stack of each width."""
        with tempfile.TemporaryDirectory() as out:
            output_of([a.descent, "run", *options(a, work, epochs, stack, widths), "--jobs", "1", "--out", out])
            clock = "cpu_seconds" if a.device == "cpu" else "seconds"
            return read_results(next(pathlib.Path(out).iterdir()), clock)

    measured = {}
    for stack, widths in widths_by_stack(a, work).items():
        (short, _), (long, errors) = (run(epochs, stack, widths) for epochs in work.epochs)
        steps = (work.epochs[1] - work.epochs[0]) * work.steps * stack
        for w in widths:
            measured[w] = ((sum(long[w]) - sum(short[w])) / steps * 1e6, errors[w], stack)
    return {w: measured[w] for w in work.widths}


class Peer:
    """A process that answers requests (peers/gpu_common.py)."""

    def __init__(self, name, a, folder):
        script, mode, _, self.kinds = PEERS[name]
        self.alone = a.alone if "alone" in self.kinds else None
        self.log = open(folder / f"{name}.log", "w+")
        command = [sys.executable, HERE / "peers" / script]
        command += ["--mode", mode, "--device", a.device, "--precision", a.precision]
        self.process = subprocess.Popen(
            [*map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True
        )

    def ask(self, request):
        """The answer, or None if the process has ended."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        for line in self.process.stdout:
            if line.startswith('{"seconds"'):
                return json.loads(line)
        return None

    def run(self, work):
        """As run_ours(), without the widths that failed."""
        measured, seeds = {}, list(range(work.seeds))[: self.alone]
        for width in work.widths:
            request = work.request | {"width": width, "seeds": seeds, "epochs": work.epochs[1]}
            if answer := self.ask(request):
                steps = work.epochs[1] * work.steps * len(seeds)
                measured[width] = (answer["seconds"] / steps * 1e6, answer["errors"], 1 if self.alone else len(seeds))
        return measured

    def end(self):
        """Ends the process; returns the end of its log if it failed, else an empty string."""
        self.process.communicate()
        if self.process.returncode == 0:
            return ""
        self.log.seek(0)
        return self.log.read()[-3000:]


def measure(a, work, peers):
    """One entry per round for each program."""
    able = [OURS, *(n for n, peer in peers.items() if work.request["kind"] in peer.kinds)]
    measured = {name: [] for name in able}
    for number in range(a.rounds):
        for name in able:
            start = time.perf_counter()
            by_width = run_ours(a, work) if name == OURS else peers[name].run(work)
            measured[name].append(by_width)
            us = " ".join(f"{v[0]:.0f}" for v in by_width.values())
            seconds = time.perf_counter() - start
            print(f"{work.title} round {number + 1} {name}: {seconds:.0f} s; {us}", file=sys.stderr, flush=True)
    return measured


def disagreement(ours, theirs):
    """The difference of the mean test errors in standard errors; empty if there is only one network."""
    if min(len(ours), len(theirs)) < 2:
        return ""
    error = math.sqrt(sum(statistics.variance(e) / len(e) for e in (ours, theirs)))
    mean = statistics.mean(theirs) - statistics.mean(ours)
    return f" ({mean / error:+.1f})" if error else ""


def tables(work, measured, names):
    """`names`: all selected peers, also those that are not installed."""
    present = [n for n in names if measured.get(n)]
    why = {n: "failed" if n in measured else "not run" if importlib.util.find_spec(PEERS[n][2]) else "not installed"
           for n in names}

    def values(name, width, of):
        rounds = [(r[width], ours[width]) for r, ours in zip(measured[name], measured[OURS]) if width in r]
        return [of(*pair) for pair in rounds]

    def row(width, columns, text, scale=1):
        cells = [str(width)]
        for n in columns:
            found = values(n, width, text) if n == OURS or n in present else []
            cells.append(f"{statistics.median(found) * scale:.{1 if scale != 1 else 2}f}" if found else why[n])
        return cells

    def error(name, width):
        found = measured[name][0].get(width) if name == OURS or name in present else None
        if not found:
            return why[name]
        text = f"{statistics.mean(found[1]):.3f}"
        return text if name == OURS else text + disagreement(measured[OURS][0][width][1], found[1])

    columns = [OURS, *names]
    stacks = [str(measured[OURS][0][w][2]) for w in work.widths]
    times = [[*row(w, columns, lambda mine, _: mine[0]), s] for w, s in zip(work.widths, stacks)]
    ratios = [row(w, names, lambda mine, ours: mine[0] / ours[0]) for w in work.widths]
    epochs = [row(w, columns, lambda mine, _: mine[0], work.epoch / 1000) for w in work.widths]
    evaluated = "with evaluations after every epoch" if work.evaluates else "without evaluations"
    return [
        f"Microseconds per step and network, {evaluated}; stack: networks per stack in Descent:",
        table(["width", *columns, "stack"], times),
        "How many times slower than Descent (median of the rounds):",
        table(["width", *names], ratios),
        f"Milliseconds per epoch of {work.epoch} steps and network:",
        table(["width", *columns], epochs),
        f"Mean test error after {work.epochs[1] * work.steps} steps (difference from Descent in standard errors):",
        table(["width", *columns], [[str(w), *(error(n, w) for n in columns)] for w in work.widths]),
    ]


def claims(a):
    """Trains experiments on the device and prints the verdicts on their claims."""
    parts = ["## Claims on the device"]
    with tempfile.TemporaryDirectory() as out:
        for name in CLAIMS[:1] if a.small else CLAIMS:
            short = ["--seeds", "2", "--set", "train.epochs=1"] if a.small else []
            file = str(ROOT / f"experiments/{name}.json")
            words = [file, "--engine", "torch", "--device", a.device, "--out", out, *short]
            start = time.perf_counter()
            trained = subprocess.run([a.descent, "run", *words], capture_output=True, text=True)
            seconds = time.perf_counter() - start
            verdicts = subprocess.run([a.descent, "verify", *words], capture_output=True, text=True)
            text = (trained.stderr[-2000:] if trained.returncode else "") + verdicts.stdout + verdicts.stderr
            parts.append(f"{name}, {seconds:.0f} s of training, default `--jobs`:\n\n```\n{text}```")
    return parts


def machine(a):
    names = [n for n in ("torch", "jax", "numpy") if importlib.util.find_spec(n)]
    versions = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names)
    ours = subprocess.run([a.descent, "--version"], capture_output=True, text=True).stdout.strip()
    gpu = "no GPU"
    if a.device.startswith("cuda"):
        query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        gpu = subprocess.run(query, capture_output=True, text=True).stdout.strip().replace("\n", "; ")
        versions += f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
    return f"{gpu} (name, driver, memory); {os.cpu_count()} cores of {cpu_model()}. {ours}; {versions}."


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--descent", default=str(ROOT / "build/release/bin/descent"))
    p.add_argument("--device", default="cuda")
    p.add_argument("--precision", choices=["float32", "tf32"], default="float32")
    p.add_argument("--works", default="", help="only those whose names contain this")
    p.add_argument("--widths", type=lambda s: [int(v) for v in s.split(",")], help="only these widths")
    p.add_argument("--seeds", type=int, default=10, help="maximum number of seeds")
    p.add_argument("--alone", type=int, default=2, help="number of networks timed by peers that train one at a time")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--peers", help="comma-separated names: " + "; ".join(PEERS))
    p.add_argument("--full", action="store_true", help="train double descent for 200 epochs instead of 20")
    p.add_argument("--small", action="store_true", help="tiny works, for the test of this script")
    p.add_argument("--claims", action="store_true", help="also check the claims of " + ", ".join(CLAIMS))
    p.add_argument("--markdown", type=pathlib.Path, help="where to write the report")
    a = p.parse_args()
    if not shutil.which(a.descent):
        sys.exit(f"compare_gpu: {a.descent} does not exist; build it (see --help) or use --descent")
    names = [n for n in PEERS if not a.peers or n in a.peers.split(",")]
    parts = [
        f"# Descent and its peers on a GPU\n\n{datetime.date.today()}, {machine(a)} {a.precision}; "
        f"medians of {a.rounds} interleaved rounds; {a.alone} networks for peers that train one at a time. "
        "Written by tests/bench/compare_gpu.py."
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        peers = {n: Peer(n, a, folder) for n in names if importlib.util.find_spec(PEERS[n][2])}
        for work in works(a, folder):
            parts += [f"## {work.title}", *tables(work, measure(a, work, peers), names)]
        failures = {n: text for n, peer in peers.items() if (text := peer.end())}
    parts += [f"{n} failed:\n\n```\n{text}\n```" for n, text in failures.items()]
    parts += claims(a) if a.claims else []
    report = "\n\n".join(parts) + "\n"
    print(report)
    if a.markdown:
        a.markdown.write_text(report)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
