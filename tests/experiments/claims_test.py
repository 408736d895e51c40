"""The claims of the experiments hold, and fail when their subject is broken on purpose.

    python tests/experiments/claims_test.py DESCENT Quick|Course
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Seconds each; the others take longer and belong to the whole course.
QUICK = ("quickstart", "zero_init_symmetry", "batch_norm_small_batches", "early_stopping_at_the_threshold")


class Claims(unittest.TestCase):
    def verdicts(self, name, *words, replace=()):
        """Trains an experiment and checks its claims: sentence -> verdict."""
        text = (ROOT / f"experiments/{name}.json").read_text()
        for old, new in replace:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with tempfile.TemporaryDirectory() as out:
            file = pathlib.Path(out) / f"{name}.json"
            file.write_text(text)
            done = subprocess.run([PROGRAM, "verify", "--run", "--json", file, "--out", out, *words],
                                  capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        [report] = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if report["fails"] else 0)
        return {claim["says"]: claim["verdict"] for claim in report["claims"]}

    def assert_all_hold(self, name):
        verdicts = self.verdicts(name)
        self.assertGreater(len(verdicts), 0)
        self.assertEqual(set(verdicts.values()), {"holds"}, verdicts)

    def assert_fails(self, verdicts, *beginnings):
        for beginning in beginnings:
            found = [verdict for says, verdict in verdicts.items() if says.startswith(beginning)]
            self.assertEqual(found, ["fails"], f"{beginning}: {verdicts}")


class Quick(Claims):
    def test_claims_hold(self):
        for name in QUICK:
            with self.subTest(name):
                self.assert_all_hold(name)

    def test_batch_norm_that_predicts_with_the_batch_fails_its_claims(self):
        verdicts = self.verdicts("batch_norm_small_batches", "--seeds", "5",
                                 replace=[('["none", "batch", "layer"]', '["none", "layer"]'),
                                          ("predict_with=running", "predict_with=batch")])
        self.assert_fails(verdicts, "In batches of 4 and 32, predicting with the statistics of the batch is worse")

    def test_batch_norm_behind_the_activation_fails_the_claim_of_half_of_the_relus(self):
        verdicts = self.verdicts("batch_norm_running_statistics", "--set", "model.norm_position=after",
                                 "--set", "train.epochs=1")
        self.assert_fails(verdicts, "Before training each ReLU is active for half")

    def test_equal_weights_that_are_random_fail_their_claims(self):
        verdicts = self.verdicts("zero_init_symmetry", replace=[('"constant"', '"xavier_normal"'),
                                                                ("init=constant", "init=xavier_normal"), ("[zeros, constant]", "[zeros, xavier_normal]"),
                                                                (', "value": 0.05', "")])
        self.assert_fails(verdicts, "Equal weights cost tanh and ReLU networks")


class Course(Claims):
    def test_claims_hold(self):
        for file in sorted(ROOT.glob("experiments/*.json")):
            with self.subTest(file.stem):
                if file.stem not in QUICK and '"claims"' in file.read_text():
                    self.assert_all_hold(file.stem)

    def test_xavier_in_place_of_he_fails_the_claims_of_he(self):
        verdicts = self.verdicts("he_init_depth", "--sweep", "model.depth=2,30",
                                 replace=[("he_normal", "xavier_uniform")])
        self.assert_fails(verdicts, "Thirty ReLU layers learn from He weights", "From Xavier weights thirty ReLU layers learn much less")

    def test_networks_without_their_residual_connections_fail_the_claims_of_residual_ones(self):
        verdicts = self.verdicts("residual_depth", replace=[
            ('"model.residual": [true],\n      "model.branch_init": ["inverse_sqrt_depth"]', '"model.residual": [false]'),
            ("branch_init=inverse_sqrt_depth", "init=he_normal, residual=false")])
        self.assert_fails(verdicts, "A residual network of 51 layers fits at least as well",
                          "A residual network of 51 layers fits much better")

    def test_clean_labels_fail_the_claims_of_double_descent(self):
        verdicts = self.verdicts("double_descent_width", "--set", "data.label_noise.rate=0",
                                 "--sweep", "model.width=8,16,24,40,48,64,128,256", "--seeds", "5")
        self.assert_fails(verdicts, "The test error falls, then peaks")  # the loss peaks with clean labels too


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
