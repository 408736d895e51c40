"""Every experiment of the checkout has its header and runs, shortened to one epoch and, where no result needs more, to
one seed.

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
DOWNLOADED = [file for file in COURSE if '"path":' in file.read_text()]  # need data that the user downloads
LARGE = [file for file in COURSE if '"fashion_mnist"' in file.read_text()]  # their data come in a package of Debian
INSTALLED = pathlib.Path("/usr/share/datasets/fashion-mnist").exists()
DATA_PARALLEL = [file for file in COURSE if "world_size" in file.read_text()]  # not where Gloo's headers are missing
RUNNABLE = (set(FILES) - set(DOWNLOADED) - (set() if INSTALLED else set(LARGE)) -
            (set() if os.environ.get("DESCENT_RANKS", "1") == "1" else set(DATA_PARALLEL)))


def shortened(text):
    """Every duration becomes one epoch or one step, in the sweep and in the selections of claims too."""
    duration = r'"(?:train\.)?(?:epochs|steps)": (?:\d+|\[[^\]]*\])|\b(?:epochs|steps)=\d+'
    return re.sub(duration, lambda key: re.sub(r"\d+", "1", key[0]), text)


class ExperimentsTest(unittest.TestCase):
    def test_every_experiment_begins_with_its_command_and_cost(self):
        for file in FILES:
            with self.subTest(file.name):
                header = file.read_text().split("{")[0]
                self.assertIn(f"// Command:  descent run {file.relative_to(ROOT)}", header)
                self.assertIn("// Cost:     ", header)

    def test_every_experiment_for_students_names_paper_and_expected_result(self):
        contents = (ROOT / "experiments/README.md").read_text()
        for file in COURSE:
            with self.subTest(file.name):
                header = file.read_text().split("{")[0]
                self.assertIn("// Paper:    ", header)
                self.assertIn("// Expected: ", header)
                self.assertIn(f"[{file.name}]({file.relative_to(ROOT / 'experiments')})", contents)

    def test_an_experiment_on_downloaded_data_says_where_to_get_it(self):
        self.assertTrue(DOWNLOADED)
        for file in DOWNLOADED:
            with self.subTest(file.name), tempfile.TemporaryDirectory() as folder:
                copy = pathlib.Path(folder) / file.name
                copy.write_text(file.read_text())
                done = subprocess.run([PROGRAM, "validate", copy], capture_output=True, text=True)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertRegex(done.stderr, r"data\.path: .*: missing.*https://")

    def test_an_experiment_on_downloaded_data_is_valid_once_the_data_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data/cifar-10-batches-bin"
            data.mkdir(parents=True)
            for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
                with open(data / name, "wb") as file:
                    file.truncate(10000 * 3073)
            for file in DOWNLOADED:
                with self.subTest(file.name):
                    copy = pathlib.Path(folder) / "literature" / file.name
                    copy.parent.mkdir(exist_ok=True)
                    copy.write_text(file.read_text())
                    done = subprocess.run([PROGRAM, "plan", copy], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipIf(INSTALLED, "Fashion-MNIST is installed")
    def test_an_experiment_on_data_of_a_package_names_the_package(self):
        for file in LARGE:
            with self.subTest(file.name):
                done = subprocess.run([PROGRAM, "validate", file], capture_output=True, text=True)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertRegex(done.stderr, r"data\.path: .*: missing.*apt install dataset-fashion-mnist")

    def run_shortened(self, file, *options):
        """The states of its runs."""
        with tempfile.TemporaryDirectory() as out:
            short = pathlib.Path(out) / file.name
            short.write_text(shortened(file.read_text()))
            seeds = [] if re.search(r'"ensemble"|"bias_variance"', file.read_text()) else ["--seeds", "1"]
            few = ["--set", "data.train_size=1000", "--set", "data.test_size=500"] if file in LARGE else []
            command = [PROGRAM, "run", short, *seeds, *few, "--out", out, *options]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            [summary] = pathlib.Path(out).glob("*/summary.csv")
            with open(summary, newline="") as rows:
                return [row["state"] for row in csv.DictReader(rows)]

    def test_every_experiment_runs(self):
        for file in RUNNABLE:
            with self.subTest(file.name):
                states = self.run_shortened(file)
                self.assertGreaterEqual(len(states), 1 if file in LARGE else 2)
                self.assertLessEqual(set(states), {"done", "diverged"})
                self.assertIn("done", states)

    def test_every_experiment_runs_with_the_torch_engine(self):
        for file in RUNNABLE:
            with self.subTest(file.name):
                states = self.run_shortened(file, "--set", "engine=torch")
                self.assertLessEqual(set(states), {"done", "diverged"})
                self.assertIn("done", states)

    def test_experiments_on_downloaded_data_start_with_the_torch_engine_on_images_of_noise(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "cifar-10-batches-bin"
            data.mkdir()
            random = np.random.default_rng(0)
            for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
                records = random.integers(0, 256, (10000, 3073), np.uint8)
                records[:, 0] %= 10
                records.tofile(data / name)
            for file in DOWNLOADED:
                with self.subTest(file.name):
                    few = [f"data.path={data}", "engine=torch", "seeds=1", "data.train_size=20", "data.test_size=20",
                           "train.batch_size=10", "train.epochs=1", "probes={}", "claims=[]"]
                    sets = [word for key in few for word in ("--set", key)]
                    if "resnet18k" in file.name:
                        sets += ["--sweep", "model.width=4"]
                    done = subprocess.run([PROGRAM, "run", file, "--out", folder, *sets], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
