"""The double descent of experiments/double_descent_width.json, trained in full.

    python tests/experiments/double_descent_test.py DESCENT
"""
import csv
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class DoubleDescentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as out:
            file = ROOT / "experiments/double_descent_width.json"
            subprocess.run([PROGRAM, "run", file, "--out", out], check=True, capture_output=True)
            with open(pathlib.Path(out) / "double_descent_width/points.csv", newline="") as rows:
                points = {int(row["model.width"]): row for row in csv.DictReader(rows)}

        def column(name):
            return {width: float(row[name + "_mean"]) for width, row in points.items()}

        cls.train, cls.test = column("final_train_error"), column("final_test_error")
        cls.loss, cls.best = column("final_test_loss"), column("min_test_error")

    def test_the_error_peaks_at_the_threshold(self):
        for width in 40, 48:
            self.assertGreaterEqual(self.test[width], self.test[16] + 0.03)
            self.assertGreaterEqual(self.test[width], self.test[256] + 0.08)

    def test_the_peak_lies_where_the_network_begins_to_fit_every_label(self):
        peak = max((w for w in self.test if w >= 24), key=self.test.get)
        self.assertLessEqual(self.train[peak], 0.25)
        self.assertGreaterEqual(self.train[peak], 0.01)

    def test_the_widest_network_beats_every_narrow_one(self):
        self.assertLessEqual(self.test[256], min(self.test[w] for w in (4, 8, 16, 24)) - 0.02)

    def test_the_loss_peaks_far_higher(self):
        peak = max(self.loss[w] for w in (48, 56, 64, 80))
        self.assertEqual(peak, max(self.loss.values()))
        self.assertGreaterEqual(peak, 3 * self.loss[16])
        self.assertGreaterEqual(peak, 2 * self.loss[256])

    def test_the_best_epochs_show_no_peak(self):
        middle = [error for width, error in self.best.items() if 24 <= width <= 128]
        self.assertLessEqual(max(middle), min(middle) + 0.03)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
