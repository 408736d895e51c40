#!/usr/bin/env python3
"""Kills a sweep at random instants until it is done; the results must be those of an uninterrupted one, byte for byte.

Usage: interruption_test.py DESCENT KILLS      (KILLS of SIGKILL and as many of SIGTERM)
"""
import os, pathlib, random, shutil, signal, subprocess, sys, tempfile, time

DESCENT, KILLS = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
EXPERIMENT = """{
  "name": "trial", "seeds": 4,
  "data": {"name": "mnist1d", "train_size": 2000, "val_size": 500, "label_noise": 0.1},
  "model": {"width": 24, "depth": 2, "norm": "batch", "dropout": 0.1},
  "train": {"optimizer": {"name": "adam", "lr": 0.003}, "batch_size": 50, "epochs": 60,
            "early_stopping": {"monitor": "val_loss", "patience": 5, "stop": false}},
  "sweep": {"model.width": [8, 24, 70], "train.optimizer.lr": [0.001, 0.01]}
}
"""
CSVS = ("curves.csv", "summary.csv", "points.csv")


def command(folder, jobs):
    return [DESCENT, "run", folder / "x.json", "--out", folder, "--jobs", str(jobs), "--save-weights",
            "--checkpoint-seconds", "0.05"]


def contents(folder):
    """The merged CSVs and the weights of every run."""
    weights = sorted((folder / "trial" / "checkpoints").glob("*.safetensors"))
    assert len(weights) == 24, f"{len(weights)} weight files instead of 24"
    return {p.name: p.read_bytes() for p in [*(folder / "trial" / name for name in CSVS), *weights]}


def interrupt(folder, how, longest, rng):
    """Starts the sweep and sends `how` at a random instant; False when it was done before."""
    group = rng.random() < 0.5
    process = subprocess.Popen(command(folder, rng.choice([1, 2, 3])), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(rng.uniform(0, longest))
    try:
        os.killpg(process.pid, how) if group else process.send_signal(how)
    except ProcessLookupError:
        pass
    _, errors = process.communicate(timeout=60)
    if how == signal.SIGTERM:
        # Before descent-train listens the signal ends the program; afterwards it leaves checkpoints and says so.
        assert process.returncode in (0, 75, -signal.SIGTERM), f"exit {process.returncode}: {errors}"
    return process.returncode != 0


def trial(how, expected, seed):
    rng = random.Random(seed)
    kills, rounds = 0, 0
    while kills < KILLS:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="descent_kill_"))
        try:
            (folder / "x.json").write_text(EXPERIMENT)
            while kills < KILLS and interrupt(folder, how, 0.9, rng):
                kills += 1
            subprocess.run(command(folder, 2), check=True, capture_output=True)
            got = contents(folder)
            different = [name for name in expected if got.get(name) != expected[name]]
            assert not different, f"{how.name}, seed {seed}, after {kills} kills: {different} differ"
            leftovers = [p.name for p in (folder / "trial" / "checkpoints").iterdir() if p.suffix != ".safetensors"]
            assert not leftovers, f"{how.name}: {leftovers} left behind"
            rounds += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{how.name}: {kills} kills in {rounds} sweeps, every byte as without", flush=True)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="descent_whole_"))
    try:
        (folder / "x.json").write_text(EXPERIMENT)
        start = time.monotonic()
        subprocess.run(command(folder, 2), check=True, capture_output=True)
        print(f"uninterrupted: {time.monotonic() - start:.1f} s", flush=True)
        expected = contents(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    trial(signal.SIGKILL, expected, 1)
    trial(signal.SIGTERM, expected, 2)


main()
