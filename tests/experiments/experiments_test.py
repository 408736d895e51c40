"""Every experiment of this repository has a header and runs, shortened to one epoch and, if possible, to one seed.

    python tests/experiments/experiments_test.py DESCENT
"""
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
COURSE = [*ROOT.glob("experiments/*.json"), *ROOT.glob("experiments/literature/*.json")]
FILES = [*COURSE, *ROOT.glob("tests/bench/*.json")]
DOWNLOADED = [file for file in COURSE if '"path":' in file.read_text()]  # on data that the user downloads
LARGE = [file for file in COURSE if '"fashion_mnist"' in file.read_text()]  # on data from a Debian package
INSTALLED = pathlib.Path("/usr/share/datasets/fashion-mnist").exists()
DATA_PARALLEL = [file for file in COURSE if "world_size" in file.read_text()]  # need Gloo
RUNNABLE = (set(FILES) - set(DOWNLOADED) - (set() if INSTALLED else set(LARGE)) -
            (set() if os.environ.get("DESCENT_RANKS", "1") == "1" else set(DATA_PARALLEL)))


def shortened(text):
    """Replaces every duration by one epoch or step, also in sweeps and claims."""
    duration = r'"(?:train\.)?(?:epochs|steps)": (?:\d+|\[[^\]]*\])|\b(?:epochs|steps)=\d+'
    return re.sub(duration, lambda key: re.sub(r"\d+", "1", key[0]), text)


def write_cifar10(folder, records):
    """The files of CIFAR-10, each with these records."""
    folder.mkdir(parents=True)
    for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
        records.tofile(folder / name)


class ExperimentsTest(unittest.TestCase):
    def run_descent(self, *words, status=0):
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stderr

    def test_every_header_states_command_and_cost(self):
        for file in FILES:
            with self.subTest(file.name):
                header = file.read_text().split("{")[0]
                self.assertIn(f"// Command:  descent run {file.relative_to(ROOT)}", header)
                self.assertIn("// Cost:     ", header)

    def test_every_header_for_students_states_paper_and_expected_result(self):
        contents = (ROOT / "experiments/README.md").read_text()
        for file in COURSE:
            with self.subTest(file.name):
                header = file.read_text().split("{")[0]
                self.assertIn("// Paper:    ", header)
                self.assertIn("// Expected: ", header)
                self.assertIn(f"[{file.name}]({file.relative_to(ROOT / 'experiments')})", contents)

    def test_an_error_says_where_to_download_missing_data(self):
        self.assertTrue(DOWNLOADED)
        for file in DOWNLOADED:
            with self.subTest(file.name), tempfile.TemporaryDirectory() as folder:
                copy = pathlib.Path(folder) / file.name
                copy.write_text(file.read_text())
                errors = self.run_descent("validate", copy, status=2)
                self.assertEqual(len(errors.splitlines()), 1)
                self.assertRegex(errors, r"data\.path: .*: no such file.*https://")

    def test_an_experiment_is_valid_with_downloaded_data(self):
        with tempfile.TemporaryDirectory() as folder:
            write_cifar10(pathlib.Path(folder) / "data/cifar-10-batches-bin", np.zeros((10000, 3073), np.uint8))
            for file in DOWNLOADED:
                with self.subTest(file.name):
                    copy = pathlib.Path(folder) / "literature" / file.name
                    copy.parent.mkdir(exist_ok=True)
                    copy.write_text(file.read_text())
                    self.run_descent("plan", copy)

    @unittest.skipIf(INSTALLED, "Fashion-MNIST is installed")
    def test_an_error_names_the_missing_package(self):
        for file in LARGE:
            with self.subTest(file.name):
                self.assertRegex(self.run_descent("validate", file, status=2),
                                 r"data\.path: .*: no such file.*apt install dataset-fashion-mnist")

    def run_shortened(self, file, *options):
        """Returns the states of the runs."""
        with tempfile.TemporaryDirectory() as out:
            short = pathlib.Path(out) / file.name
            short.write_text(shortened(file.read_text()))
            seeds = [] if re.search(r'"ensemble"|"bias_variance"', file.read_text()) else ["--seeds", "1"]
            few = ["--set", "data.train_size=1000", "--set", "data.test_size=500"] if file in LARGE else []
            self.run_descent("run", short, *seeds, *few, "--out", out, *options)
            [summary] = pathlib.Path(out).glob("*/summary.csv")
            with open(summary, newline="") as rows:
                states = [row["state"] for row in csv.DictReader(rows)]
            self.assertLessEqual(set(states), {"done", "diverged"})
            self.assertIn("done", states)
            return states

    def test_every_experiment_runs(self):
        for file in RUNNABLE:
            with self.subTest(file.name):
                self.assertGreaterEqual(len(self.run_shortened(file)), 1 if file in LARGE else 2)

    def test_every_experiment_runs_with_the_torch_engine(self):
        for file in RUNNABLE:
            with self.subTest(file.name):
                self.run_shortened(file, "--set", "engine=torch")

    def test_experiments_on_downloaded_data_train_on_random_images(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "cifar-10-batches-bin"
            records = np.random.default_rng(0).integers(0, 256, (10000, 3073), np.uint8)
            records[:, 0] %= 10
            write_cifar10(data, records)
            for file in DOWNLOADED:
                with self.subTest(file.name):
                    few = [f"data.path={data}", "engine=torch", "seeds=1", "data.train_size=20", "data.test_size=20",
                           "train.batch_size=10", "train.epochs=1", "probes={}", "claims=[]"]
                    sets = [word for key in few for word in ("--set", key)]
                    if "resnet18k" in file.name:
                        sets += ["--sweep", "model.width=4"]
                    self.run_descent("run", file, "--out", folder, *sets)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
