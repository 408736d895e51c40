"""Shared by the peers: data, the sweep's constants, the table they print.

Run any peer pinned to one core, for example
    OMP_NUM_THREADS=1 taskset -c 0 python torch_eager.py
"""
import argparse
import os
import pathlib
import statistics
import sys
import time

import numpy as np

DATA = pathlib.Path(__file__).resolve().parents[3] / "experiments" / "data"
WIDTHS = [4, 8, 16, 32, 64, 128, 256]
WIDTHS_BN = [16, 64, 256]
SEEDS = 8
EPOCHS = 50
BATCH = 100
STEPS = 2000
LR = 1e-3
DROPOUT = 0.2


def mnist1d():
    d = DATA / "mnist1d"
    return tuple(np.load(d / f"{n}.npy") for n in ("x_train", "y_train", "x_test", "y_test"))


def digits():
    d = DATA / "digits"
    return np.load(d / "x.npy"), np.load(d / "y.npy")


def args(**extra):
    p = argparse.ArgumentParser()
    p.add_argument("--widths", type=lambda s: [int(v) for v in s.split(",")])
    p.add_argument("--seeds", type=int, default=SEEDS)
    p.add_argument("--repeats", type=int, default=1, help="the median of this many is printed")
    p.add_argument("--bn", action="store_true", help="W2: BatchNorm1d before each activation, dropout 0.2")
    for name, (default, choices) in extra.items():
        if isinstance(default, bool):
            p.add_argument("--" + name, action="store_true")
        else:
            p.add_argument("--" + name, default=default, choices=choices, type=type(default))
    a = p.parse_args()
    if a.widths is None:
        a.widths = WIDTHS_BN if a.bn else WIDTHS
    return a


def calibration():
    """CPU ms of a fixed pure-Python loop: how fast the core was at that moment (SMT, other load)."""
    p, v = time.process_time(), 0
    for i in range(500_000):
        v += i * i
    return (time.process_time() - p) * 1e3


class Table:
    """One row per width. Seconds are for all the seeds of that width, compile excluded.

    Two clocks: `cpu` is the process's own CPU time (steady when other programs share the core; for one
    thread it is what an idle core would show), `wall` is what passed. ms/run and us/step are of `cpu`.
    """

    def __init__(self, name, runs_per_width):
        self.name, self.n, self.rows = name, runs_per_width, []
        print(f"# {name}")
        print(f"{'width':>5} {'cpu s/8':>8} {'wall s/8':>9} {'ms/run':>9} {'us/step':>8} {'compile cpu s':>13} {'(wall)':>7} "
              f"{'test acc':>9} {'+-sd':>6} {'train loss':>10} {'calib ms':>8}", flush=True)

    def add(self, width, seconds, compile_s, test_acc, train_loss, runs=None, note=""):
        n = runs or self.n
        cpu, wall = seconds
        acc = np.asarray(test_acc, dtype=np.float64)
        self.rows.append((cpu / n * SEEDS, wall / n * SEEDS, *compile_s))
        print(f"{width:>5} {cpu / n * SEEDS:>8.3f} {wall / n * SEEDS:>9.3f} {cpu / n * 1e3:>9.1f} {cpu / n / STEPS * 1e6:>8.1f} "
              f"{compile_s[0]:>13.2f} {compile_s[1]:>7.2f} {acc.mean():>9.4f} {acc.std():>6.4f} {float(np.mean(train_loss)):>10.4f} {calibration():>8.1f} {note}",
              flush=True)

    def end(self):
        r = np.asarray(self.rows).sum(0)
        print(f"total run {r[0]:.3f} cpu s, {r[1]:.3f} wall s; compile {r[2]:.2f} cpu s, {r[3]:.2f} wall s "
              f"({len(self.rows)} widths x {SEEDS} seeds)", flush=True)


def cpu():
    """CPU seconds of this process and of the children it waited for (g++ under torch.compile)."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def timed(f, repeats=1):
    """The last result of f, and (median cpu seconds, least wall seconds) of `repeats` calls."""
    ts = []
    for _ in range(repeats):
        w, p = time.perf_counter(), cpu()
        r = f()
        ts.append((cpu() - p, time.perf_counter() - w))
    return r, (statistics.median(t[0] for t in ts), min(t[1] for t in ts))
