"""A small sweep with the real programs: what the tests that train have in common."""
import os, pathlib, shutil, subprocess, sys, tempfile, unittest

DESCENT = pathlib.Path(sys.argv[1]).resolve()
CSVS = ("curves.csv", "summary.csv", "points.csv", "probes.csv", "ensembles.csv", "bias_variance.csv")
# Two widths, four seeds; half a second of training.
EXPERIMENT = """{
  "name": "trial", "seeds": 4,
  "data": {"name": "mnist1d", "train_size": 1000, "val_size": 500, "label_noise": 0.1},
  "model": {"width": 8, "depth": 2, "norm": "batch", "dropout": 0.1},
  "train": {"optimizer": {"name": "adam", "lr": 0.003}, "batch_size": 50, "epochs": EPOCHS},
  "sweep": {"model.width": [8, 70]},
  "probes": ["weight_norm", "activation_histogram"], "ensemble": {"of": "seeds", "sizes": [1, 2, 4]}, "bias_variance": true
}
"""


class Trial(unittest.TestCase):
    epochs = 5

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="descent_trial_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write(self.epochs)

    def write(self, epochs):
        (self.folder / "x.json").write_text(EXPERIMENT.replace("EPOCHS", str(epochs)))

    def words(self, *words):
        return [DESCENT, *(str(word) for word in words)]

    def descent(self, *words, status=0, **more):
        done = subprocess.run(self.words(*words), **{"cwd": self.folder, "capture_output": True, "text": True, **more})
        self.assertEqual(done.returncode, status, f"{words}: {done.stderr}{done.stdout}")
        return done

    def start(self, *words, program=DESCENT, **more):
        """A sweep in the background; ends with the test."""
        process = subprocess.Popen([program, *words], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, **more)

        def end():
            process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def csvs(self, results="results/trial"):
        return {name: (self.folder / results / name).read_bytes() for name in CSVS}

    def rows(self, results="results/trial", name="curves.csv"):
        """run -> its lines, without the factors: what must not change when the sweep does."""
        found = {}
        for line in (self.folder / results / name).read_text().splitlines()[1:]:
            cells = line.split(",")
            found.setdefault(cells[0], []).append(cells)
        return found
