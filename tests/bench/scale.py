#!/usr/bin/env python3
"""Measures time and memory of the commands that handle whole sweeps, for 1,000, 10,000 and 100,000 runs: plan, status,
merge, table, and run if all runs are finished. Every run is trained for one step.

Usage: scale.py DESCENT [--runs N...] [--folder DIR] [--alone]
Results that exist in DIR are not trained again. --alone stores each run in its own part, as if it had taken long.
"""
import argparse, hashlib, json, os, pathlib, shutil, tempfile, time

POINTS = 100


def experiment(runs):
    return {"name": "scale", "seeds": max(runs // POINTS, 1), "data": {"name": "mnist1d", "train_size": 64, "test_size": 32},
            "model": {"width": 2, "depth": 1}, "train": {"batch_size": 64, "steps": 1},
            "sweep": {"train.optimizer.lr": [round(1e-4 * (i + 1), 6) for i in range(POINTS)]}}


def measured(command, folder):
    """Wall-clock seconds, CPU seconds and the maximum memory in MiB."""
    start = time.monotonic()
    process = os.fork()
    if process == 0:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(null, stream)
        os.execv(command[0], command)
    _, status, usage = os.wait4(process, 0)
    assert status == 0, (command, status)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def split(part):
    """Replaces a part by one part for each of its runs."""
    about = json.loads((part / "part.json").read_text())
    headers, rows = {}, {}
    for name in sorted(about["sha256"]):
        headers[name], *lines = (part / name).read_text().splitlines(keepends=True)
        for line in lines:
            rows.setdefault((line.split(",")[0], name), []).append(line)
    for run, full, name in zip(about["runs"], about["hashes"], about["names"]):
        files = {file: header + "".join(rows[run, file]) for file, header in headers.items()}
        own = {"cpu_seconds": 0.5, "hashes": [full], "names": [name], "runs": [run], "seconds": 0.5,
               "sha256": {file: sha256(text) for file, text in files.items()}}
        own["checksum"] = sha256(json.dumps(own, sort_keys=True, separators=(",", ":")))
        folder = part.parent / sha256("".join(headers.values()) + full)[:16]
        folder.mkdir()
        for file, text in {**files, "part.json": json.dumps(own, indent=1) + "\n"}.items():
            (folder / file).write_text(text)
    shutil.rmtree(part)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("descent", type=pathlib.Path)
    parser.add_argument("--runs", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--alone", action="store_true")
    options = parser.parse_args()
    root = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="descent_scale_"))
    program = str(options.descent.resolve())
    print(f"{'runs':>7}  {'command':<28} {'seconds':>8} {'CPU s':>8} {'MiB':>6}")
    for runs in options.runs:
        folder = root / str(runs)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "x.json").write_text(json.dumps(experiment(runs)))
        for name, *words in (("train", "run", "x.json"), ("plan", "plan", "x.json"),
                             ("plan --shards 1000", "plan", "x.json", "--shards", "1000"), ("status", "status", "x.json"),
                             ("merge", "merge", "x.json"), ("run, nothing missing", "run", "x.json"),
                             ("table", "table", "x.json")):
            if name == "train" and (folder / "results/scale/summary.csv").exists():
                continue
            print(f"{runs:>7}  {name:<28} {'{:8.2f} {:8.2f} {:6.0f}'.format(*measured([program, *words], folder))}",
                  flush=True)
            if name == "train" and options.alone:
                for part in list((folder / "results/scale/parts").iterdir()):
                    split(part)


if __name__ == "__main__":
    main()
