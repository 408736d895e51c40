"""Descent beside its peers on the same pinned core: microseconds per step, and the whole work from the shell.

    python tests/bench/compare_peers.py --rounds 5 --markdown tests/bench/RESULTS.md

Every round runs every program on every width, one after the other, so that the drift of the core's speed meets
all of them; ratios are formed within a round and their median is quoted. Needs torch and numpy; JAX takes part
where it is installed. The work is stated in peers/common.py, ours in w1.json and w2.json beside this file.
"""

import argparse
import csv
import datetime
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WIDTHS = {"w1": [4, 8, 16, 32, 64, 128, 256], "w2": [16, 64, 256]}
STEPS, SEEDS = 2000, 8
PEERS = {  # name -> script and its arguments, the module it needs, the works it does
    "eager": ("torch_eager.py", [], "torch", "w1 w2"),
    "eager, fused Adam": ("torch_eager.py", ["--fused"], "torch", "w1 w2"),
    "torch.func vmap": ("torch_vmap.py", ["--mode", "vmap"], "torch", "w1 w2"),
    "stacked bmm": ("torch_vmap.py", ["--mode", "bmm"], "torch", "w1 w2"),
    "torch.compile over seeds": ("torch_compile.py", ["--mode", "seeds"], "torch", "w1"),
    "JAX map": ("jax_vmap_scan.py", ["--mode", "map"], "jax", "w1 w2"),
    "JAX vmap": ("jax_vmap_scan.py", ["--mode", "vmap"], "jax", "w1 w2"),
}
OURS, OURS_PROCESS = "descent", "descent, whole process"


def run(command, core):
    """Runs a command on one core; its stdout and the CPU seconds of it and its children."""
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)],
            stdout=out,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        text = out.read()
    if status:
        sys.exit(f"compare_peers: {' '.join(map(str, command))} failed; run it alone to see why")
    return text, usage.ru_utime + usage.ru_stime


def run_peer(name, work, widths, seeds, core):
    """us per step and test error by width, and the CPU seconds of the whole script."""
    script, arguments, _, _ = PEERS[name]
    command = [
        sys.executable,
        HERE / "peers" / script,
        *arguments,
        "--seeds",
        seeds,
        "--widths",
        ",".join(map(str, widths)),
        *(["--bn"] if work == "w2" else []),
    ]
    text, seconds = run(command, core)
    rows = [line.split() for line in text.splitlines() if line.split()[:1] and line.split()[0].isdigit()]
    return {int(r[0]): (float(r[4]), 1 - float(r[7])) for r in rows}, seconds


def run_ours(descent, work, widths, seeds, core):
    """The same of `descent run`; its CPU seconds of training come from the parts of the results."""
    with tempfile.TemporaryDirectory() as out:
        command = [
            descent,
            "run",
            HERE / f"{work}.json",
            "--sweep",
            "model.width=" + ",".join(map(str, widths)),
            "--seeds",
            seeds,
            "--jobs",
            1,
            "--out",
            out,
        ]
        _, seconds = run(command, core)
        folder = pathlib.Path(out) / work
        with open(folder / "summary.csv", newline="") as file:
            errors = [float(row["final_test_error"]) for row in csv.DictReader(file)]
        trained = sum(json.loads(p.read_text())["cpu_seconds"] for p in folder.glob("parts/*/part.json"))
    return trained / len(errors) / STEPS * 1e6, statistics.mean(errors), seconds


def cpu_model():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def peak_gflops(core):
    """What one core reaches in the largest matrix product that fits its caches."""
    program = (
        "import time, torch; torch.set_num_threads(1); a = torch.rand(512, 512); s = []\n"
        "for _ in range(60):\n t = time.perf_counter(); a @ a; s.append(time.perf_counter() - t)\n"
        "print(2 * 512**3 / min(s) / 1e9)"
    )
    return float(run([sys.executable, "-c", program], core)[0])


def limit(width, gflops):
    """us per step if only the matrix products cost time: training 100 examples and evaluating 125."""
    weights = 40 * width + width * width + width * 10
    return (6 * 100 + 2 * 125) * weights / gflops / 1e3


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def measure(a, work, names):
    """times[width][name] -> us per step of each round; errors likewise."""
    times, errors = {}, {}
    for round_number in range(a.rounds):
        for width in a.widths or WIDTHS[work]:

            def add(name, us, error):
                times.setdefault(width, {}).setdefault(name, []).append(us)
                errors.setdefault(width, {}).setdefault(name, []).append(error)

            us, error, seconds = run_ours(a.descent, work, [width], a.seeds, a.core)
            add(OURS, us, error)
            add(OURS_PROCESS, seconds / a.seeds / STEPS * 1e6, error)
            for name in names:
                add(name, *run_peer(name, work, [width], a.seeds, a.core)[0][width])
            print(
                f"{work} round {round_number + 1} width {width}: "
                + ", ".join(f"{n} {t[-1]:.0f}" for n, t in times[width].items()),
                file=sys.stderr,
                flush=True,
            )
    return times, errors


def step_tables(a, work, names, gflops):
    times, errors = measure(a, work, names)
    columns = [OURS, OURS_PROCESS, *names]
    rows, ratios, accuracy = [], [], []
    for width, by_name in times.items():
        rows.append(
            [
                str(width),
                *(f"{statistics.median(by_name[n]):.1f}" for n in columns),
                f"{limit(width, gflops):.1f}",
            ]
        )
        ratio = {n: statistics.median(t / o for t, o in zip(by_name[n], by_name[OURS])) for n in names}
        ratios.append(
            [
                str(width),
                *(f"{ratio[n]:.2f}" for n in names),
                f"{min(ratio.values()):.2f}",
                f"{statistics.median(by_name[OURS]) / limit(width, gflops):.2f}",
            ]
        )
        accuracy.append([str(width), *(f"{statistics.mean(errors[width][n]):.4f}" for n in [OURS, *names])])
    return "\n\n".join(
        [
            f"## {work.upper()}: microseconds per step and network, evaluations included, compilation excluded",
            table(["width", *columns, f"arithmetic limit at {gflops:.0f} GFLOP/s"], rows),
            "How many times slower than Descent (median of the rounds), and Descent over the arithmetic limit:",
            table(["width", *names, "fastest peer", "Descent / limit"], ratios),
            "Mean test error after training, which must agree within noise:",
            table(["width", OURS, *names], accuracy),
        ]
    )


def whole_table(a, work, names):
    """CPU seconds from the shell command to its end, start and compilation included."""
    widths, seconds = a.widths or WIDTHS[work], {}
    for _ in range(a.rounds):
        seconds.setdefault(OURS, []).append(run_ours(a.descent, work, widths, a.seeds, a.core)[2])
        for name in names:
            seconds.setdefault(name, []).append(run_peer(name, work, widths, a.seeds, a.core)[1])
    rows = [
        [
            n,
            f"{statistics.median(s):.2f}",
            f"{statistics.median(p / o for p, o in zip(s, seconds[OURS])):.2f}",
        ]
        for n, s in seconds.items()
    ]
    title = (
        f"## {work.upper()} whole, from the shell to the results: CPU seconds, start and compilation included"
    )
    return title + "\n\n" + table(["program", "seconds", "ratio to Descent"], rows)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument(
        "--descent", default=HERE.parents[1] / "build/release/bin/descent", help="the program under test"
    )
    p.add_argument("--works", default="w1,w2")
    p.add_argument(
        "--widths", type=lambda s: [int(v) for v in s.split(",")], help="instead of those of the work"
    )
    p.add_argument("--seeds", type=int, default=SEEDS)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--core", type=int, default=0)
    p.add_argument("--peers", help="comma-separated, of: " + "; ".join(PEERS))
    p.add_argument("--skip-whole", action="store_true", help="only the step times")
    p.add_argument("--markdown", type=pathlib.Path, help="where to write the report")
    a = p.parse_args()
    if not shutil.which(a.descent):
        sys.exit(f"compare_peers: {a.descent} is not there; ./bootstrap build, or name it with --descent")

    present = [n for n, (_, _, module, _) in PEERS.items() if importlib.util.find_spec(module)]
    names = [n for n in present if not a.peers or n in a.peers.split(",")]
    gflops = peak_gflops(a.core)
    modules = [m for m in ("torch", "jax", "numpy") if importlib.util.find_spec(m)]
    versions = ", ".join(f"{m} {importlib.metadata.version(m)}" for m in modules)
    ours = run([a.descent, "--version"], a.core)[0].strip()
    parts = [
        f"# Descent and its peers\n\n{datetime.date.today()}, one core of {cpu_model()}, "
        f"load {os.getloadavg()[0]:.1f}. {ours}; {versions}. "
        f"Medians of {a.rounds} interleaved rounds, {a.seeds} seeds, 2000 steps each. "
        "Made by tests/bench/compare_peers.py."
    ]
    for work in a.works.split(","):
        able = [n for n in names if work in PEERS[n][3]]
        parts.append(step_tables(a, work, able, gflops))
        if not a.skip_whole:
            parts.append(whole_table(a, work, able))
    report = "\n\n".join(parts) + "\n"
    print(report)
    if a.markdown:
        a.markdown.write_text(report)


if __name__ == "__main__":
    main()
