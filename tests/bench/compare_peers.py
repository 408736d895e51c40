"""Compares Descent with its peers on one core: microseconds per step, and CPU seconds of the whole program.

    python tests/bench/compare_peers.py --rounds 5 --markdown tests/bench/RESULTS.md

In every round all programs run one after the other on all widths, so that changes of the core's speed affect all of
them; the tables quote the median of the ratios within a round. Needs torch and numpy; includes JAX if it is installed.
The work is defined in peers/common.py, for Descent in w1.json and w2.json.
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
WIDTHS = {"w1": [4, 8, 16, 32, 64, 128, 256], "w1-small": [4, 8, 16, 32, 64], "w2": [16, 64, 256]}
STEPS, SEEDS = 2000, 8
PEERS = {  # name -> script, mode, required module, works
    "eager": ("torch_eager.py", "default", "torch", "w1 w2"),
    "eager with fused Adam": ("torch_eager.py", "fused", "torch", "w1 w2"),
    "torch.func vmap": ("torch_vmap.py", "vmap", "torch", "w1 w2"),
    "stacked bmm": ("torch_vmap.py", "bmm", "torch", "w1 w2"),
    "torch.compile over seeds": ("torch_compile.py", "seeds", "torch", "w1"),
    "JAX map": ("jax_vmap_scan.py", "map", "jax", "w1 w2"),
    "JAX vmap": ("jax_vmap_scan.py", "vmap", "jax", "w1 w2"),
}
OURS = "descent"


def run(command, core):
    """Runs a command on one core; returns its stdout and the CPU seconds of the process and its children."""
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
    script, mode, _, _ = PEERS[name]
    command = [sys.executable, HERE / "peers" / script, "--mode", mode, "--seeds", seeds]
    command += ["--widths", ",".join(map(str, widths)), *(["--bn"] if work == "w2" else [])]
    text, seconds = run(command, core)
    rows = [line.split() for line in text.splitlines()[1:]]
    return {int(r[0]): (float(r[1]), float(r[3])) for r in rows}, seconds


def run_ours(descent, work, widths, seeds, core):
    """The same for `descent run`, whose training times are in the parts of the results."""
    experiment = work.split("-")[0]
    with tempfile.TemporaryDirectory() as out:
        command = [descent, "run", HERE / f"{experiment}.json", "--seeds", seeds, "--jobs", 1, "--out", out]
        command += ["--sweep", "model.width=" + ",".join(map(str, widths))]
        _, seconds = run(command, core)
        trained, errors = read_results(pathlib.Path(out) / experiment, "cpu_seconds")
    return {w: (sum(trained[w]) / seeds / STEPS * 1e6, statistics.mean(errors[w])) for w in widths}, seconds


def read_results(folder, clock):
    """The times of the parts, each of which contains one width, and the final test errors of the runs, by width."""
    times, errors, runs = {}, {}, {}
    with open(folder / "summary.csv", newline="") as file:
        for row in csv.DictReader(file):
            runs[row["run"]] = int(row["model.width"])
            errors.setdefault(runs[row["run"]], []).append(float(row["final_test_error"]))
    for part in map(json.loads, (p.read_text() for p in folder.glob("parts/*/part.json"))):
        times.setdefault(runs[part["runs"][0][:16]], []).append(part[clock])
    return times, errors


def cpu_model():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def peak_gflops(core):
    """The speed of one core in PyTorch's product of two 256 x 256 matrices."""
    program = (
        "import time, torch; torch.set_num_threads(1); a = torch.rand(256, 256); s = []\n"
        "for _ in range(1000):\n t = time.perf_counter(); a @ a; s.append(time.perf_counter() - t)\n"
        "print(2 * 256**3 / min(s) / 1e9)"
    )
    return float(run([sys.executable, "-c", program], core)[0])


def limit(width, gflops):
    """us per step if only matrix products took time: training on 100 examples and evaluation on 125."""
    weights = 40 * width + width * width + width * 10
    return (6 * 100 + 2 * 125) * weights / gflops / 1e3


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def measure(a, work, names):
    """One entry per round for each program: us per step and error by width, CPU seconds of the whole process."""
    measured = {}
    for round_number in range(a.rounds):
        for name in [OURS, *names]:
            if name.startswith("eager") and round_number >= a.eager_rounds:
                continue
            widths = a.widths or WIDTHS[work]
            if name == OURS:
                by_width, seconds = run_ours(a.descent, work, widths, a.seeds, a.core)
            else:
                by_width, seconds = run_peer(name, work, widths, a.seeds, a.core)
            measured.setdefault(name, []).append((by_width, seconds))
            steps = " ".join(f"{us:.0f}" for us, _ in by_width.values())
            print(f"{work} round {round_number + 1} {name}: {seconds:.1f} s, {steps}", file=sys.stderr, flush=True)
    return measured


def step_tables(measured, names, widths, gflops):

    def of(name, width, index):
        return [by_width[width][index] for by_width, _ in measured[name]]

    columns = [OURS, *names]
    rows, ratios, accuracy = [], [], []
    for width in widths:
        ours = of(OURS, width, 0)
        medians = (f"{statistics.median(of(n, width, 0)):.1f}" for n in columns)
        rows.append([str(width), *medians, f"{limit(width, gflops):.1f}"])
        ratio = {n: statistics.median(t / o for t, o in zip(of(n, width, 0), ours)) for n in names}
        to_limit = statistics.median(ours) / limit(width, gflops)
        ratios.append([str(width), *(f"{r:.2f}" for r in [*ratio.values(), min(ratio.values()), to_limit])])
        accuracy.append([str(width), *(f"{statistics.mean(of(n, width, 1)):.4f}" for n in columns)])
    return [
        "Microseconds per step and network, with evaluations, without start and compilation:",
        table(["width", *columns, f"arithmetic limit at {gflops:.0f} GFLOP/s"], rows),
        "How many times slower than Descent (median of the rounds), and Descent over the arithmetic limit:",
        table(["width", *names, "fastest peer", "Descent / limit"], ratios),
        "Mean test error after training, which must agree within the noise:",
        table(["width", *columns], accuracy),
    ]


def whole_table(measured):
    ours = [seconds for _, seconds in measured[OURS]]
    rows = []
    for name, rounds in measured.items():
        seconds = [s for _, s in rounds]
        ratio = statistics.median(p / o for p, o in zip(seconds, ours))
        rows.append([name, f"{statistics.median(seconds):.2f}", f"{ratio:.2f}", str(len(rounds))])
    return [
        "The whole program, with start and compilation:",
        table(["program", "CPU seconds", "ratio to Descent", "rounds"], rows),
    ]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--descent", default=HERE.parents[1] / "build/release/bin/descent")
    p.add_argument("--works", default="w1,w1-small,w2")
    p.add_argument("--widths", type=lambda s: [int(v) for v in s.split(",")], help="instead of those of the works")
    p.add_argument("--seeds", type=int, default=SEEDS)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--eager-rounds", type=int, default=5, help="rounds that include the slow eager programs")
    p.add_argument("--core", type=int, default=0)
    p.add_argument("--peers", help="comma-separated names: " + "; ".join(PEERS))
    p.add_argument("--markdown", type=pathlib.Path, help="where to write the report")
    a = p.parse_args()
    if not shutil.which(a.descent):
        sys.exit(f"compare_peers: {a.descent} does not exist; run ./bootstrap build or use --descent")

    present = [n for n, (_, _, module, _) in PEERS.items() if importlib.util.find_spec(module)]
    names = [n for n in present if not a.peers or n in a.peers.split(",")]
    gflops = peak_gflops(a.core)
    modules = [m for m in ("torch", "jax", "numpy") if importlib.util.find_spec(m)]
    versions = ", ".join(f"{m} {importlib.metadata.version(m)}" for m in modules)
    ours = run([a.descent, "--version"], a.core)[0].strip()
    parts = [
        f"# Descent and its peers\n\n{datetime.date.today()}, one core of {cpu_model()}, "
        f"load {os.getloadavg()[0]:.1f}. {ours}; {versions}. "
        f"Medians of {a.rounds} interleaved rounds (eager: {min(a.rounds, a.eager_rounds)}), {a.seeds} seeds, "
        f"{STEPS} steps each; CPU times. Written by tests/bench/compare_peers.py."
    ]
    for work in a.works.split(","):
        able = [n for n in names if work[:2] in PEERS[n][3]]
        widths = a.widths or WIDTHS[work]
        measured = measure(a, work, able)
        parts.append(f"## {work[:2].upper()}, widths {', '.join(map(str, widths))}")
        parts += step_tables(measured, able, widths, gflops) if work != "w1-small" else []
        parts += whole_table(measured)
    report = "\n\n".join(parts) + "\n"
    print(report)
    if a.markdown:
        a.markdown.write_text(report)


if __name__ == "__main__":
    main()
