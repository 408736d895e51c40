"""The base class of tests that run a small sweep with the real programs."""
import csv, pathlib, shutil, subprocess, sys, tempfile, time, unittest

DESCENT = pathlib.Path(sys.argv[1]).resolve()
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}  # for subprocess: a user without the rights of root


class Trial(unittest.TestCase):
    # Two widths, four seeds; trains in half a second.
    experiment = """{
  "name": "trial", "seeds": 4,
  "data": {"name": "mnist1d", "train_size": 1000, "val_size": 500, "label_noise": 0.1},
  "model": {"width": 8, "depth": 2, "norm": "batch", "dropout": 0.1},
  "train": {"optimizer": {"name": "adam", "lr": 0.003}, "batch_size": 50, "epochs": EPOCHS},
  "sweep": {"model.width": [8, 70]},
  "probes": ["weight_norm", "activation_histogram"], "ensemble": {"of": "seeds", "sizes": [1, 2, 4]}, "bias_variance": true
}
"""
    epochs = 5

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="descent_trial_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write(self.epochs)

    def write(self, epochs):
        (self.folder / "x.json").write_text(self.experiment.replace("EPOCHS", str(epochs)))

    def words(self, *words):
        return [DESCENT, *map(str, words)]

    def descent(self, *words, status=0, **more):
        done = subprocess.run(self.words(*words), **{"cwd": self.folder, "capture_output": True, "text": True, **more})
        self.assertEqual(done.returncode, status, f"{words}: {done.stderr}{done.stdout}")
        return done

    def start(self, *words, program=DESCENT, **more):
        """Starts a sweep in the background; the end of the test kills it."""
        process = subprocess.Popen([program, *words], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, **more)

        def end():
            process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def wait_until(self, condition, process=None, seconds=60, details=lambda: ""):
        """Returns what `condition` returns as soon as that is true; fails if `process` ends first."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if process and process.poll() is not None:
                self.fail(f"the process ended with status {process.returncode}")
            if time.monotonic() > end:
                self.fail(f"nothing after {seconds} s {details()}")
            time.sleep(0.02)
        return value

    def wait_for_file(self, pattern, process):
        """Returns the first file of the results that matches `pattern`."""
        return self.wait_until(lambda: [*(self.folder / "results/trial").glob(pattern)], process)[0]

    def csvs(self, results="results/trial"):
        """The bytes of every CSV file by name."""
        found = {path.name: path.read_bytes() for path in (self.folder / results).glob("*.csv")}
        self.assertLessEqual({"curves.csv", "summary.csv", "points.csv"}, found.keys())
        return found

    def rows(self, name, results="results/trial"):
        """The rows of a CSV file as dictionaries."""
        with open(self.folder / results / name, newline="") as file:
            return list(csv.DictReader(file))


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
