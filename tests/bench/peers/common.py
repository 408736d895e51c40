"""Shared by the peers on the CPU: data, constants of the works W1 and W2, times, the printed table."""
import argparse
import os
import pathlib

import numpy as np

DATA = pathlib.Path(__file__).resolve().parents[3] / "experiments" / "data"
EPOCHS = 50
BATCH = 100
STEPS = 2000
LR = 1e-3
DROPOUT = 0.2


def mnist1d():
    """x_train, y_train, x_test, y_test."""
    return [np.load(DATA / f"mnist1d/{n}.npy").astype(t) for n, t in (
        ("x_train", np.float32), ("y_train", np.int64), ("x_test", np.float32), ("y_test", np.int64))]


def arguments(modes):
    p = argparse.ArgumentParser()
    p.add_argument("--mode", choices=modes, default=modes[0])
    p.add_argument("--widths", type=lambda s: [int(v) for v in s.split(",")])
    p.add_argument("--seeds", type=int, default=8)
    p.add_argument("--bn", action="store_true", help="W2: BatchNorm1d before each activation, dropout 0.2")
    a = p.parse_args()
    a.widths = a.widths or ([16, 64, 256] if a.bn else [4, 8, 16, 32, 64, 128, 256])
    print(f"{'width':>5} {'us/step':>8} {'compile s':>9} {'test error':>10} {'train loss':>10}", flush=True)
    return a


def report(width, seconds, compile_seconds, test_errors, train_losses):
    """Prints a row; `seconds` are those of all seeds, without compilation."""
    print(f"{width:>5} {seconds / len(test_errors) / STEPS * 1e6:>8.1f} {compile_seconds:>9.2f} "
          f"{np.mean(test_errors):>10.4f} {np.mean(train_losses):>10.4f}", flush=True)


def cpu():
    """CPU seconds of this process and of its finished children (g++ under torch.compile)."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def timed(f):
    """The result of f() and its CPU seconds."""
    start = cpu()
    return f(), cpu() - start
