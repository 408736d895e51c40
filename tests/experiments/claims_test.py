"""The claims of the experiments hold, and fail if the subject of the experiment is removed.

    python tests/experiments/claims_test.py DESCENT Quick|Course
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# These take seconds; the others take longer and are tested by Course.
QUICK = ("quickstart", "zero_init_symmetry", "batch_norm_small_batches", "early_stopping_at_the_threshold")

# Options, and replacements in the file, that remove the subject of an experiment: then a claim must fail.
UNTRAINED = ["--set train.epochs=0"]
CONTROLS = {
    "activation_histograms": ["--set model.norm=batch --seeds 3"],
    "activation_drift": ["--set train.optimizer.lr=0"],
    "augmentation": ["--set train.epochs=1"],
    "bagging": UNTRAINED,
    "batch_norm_data_parallel": ["--set train.steps=1"],
    "batch_norm_ranks": [("synchronized=false, epoch", "synchronized=true, epoch")],
    "batch_norm_robustness": ["--set train.epochs=0 --seeds 5"],
    "batch_norm_running_statistics": ["--set model.norm_position=after --set train.epochs=1"],
    "batch_norm_small_batches": [
        "--seeds 5",
        ('["none", "batch", "layer"]', '["none", "layer"]'),
        ("predict_with=running", "predict_with=batch"),
    ],
    "bias_variance_random_features": ["--set train.solver.kind=ridge --set train.solver.lambda=10"],
    "bias_variance_sinusoid": ["--set data.generator.noise=0"],
    "bias_variance_width": ["--set train.epochs=1 --seeds 5"],
    "cnn_inductive_bias": UNTRAINED,
    "double_descent_width": ["--set data.label_noise.rate=0 --sweep model.width=8,16,24,40,48,64,128,256 --seeds 5"],
    "dropout": ["--set train.epochs=2"],
    "dropout_averages_networks": UNTRAINED,
    "dropout_monte_carlo": ["--set train.epochs=1"],
    "early_stopping_as_weight_decay": ["--set data.generator.noise=0.001"],
    "early_stopping_at_the_threshold": [
        "--set train.early_stopping.restore=last --set train.early_stopping.patience=100",
    ],
    "early_stopping_hurts_wide": ["--set train.early_stopping.restore=last --set train.epochs=30"],
    "engineered_features": UNTRAINED,
    "ensembles": ["--set train.epochs=1"],
    "epochwise_double_descent": ["--set data.train_size=5000 --seeds 5"],
    "he_init_depth": ["--sweep model.depth=2,30", ("he_normal", "xavier_uniform")],
    "init_gain_sweet_spot": ["--set train.epochs=0 --seeds 5"],
    "input_scaling": ["--set data.distortion.decades=0 --set data.distortion.offset=0"],
    "label_noise": ["--set train.epochs=5 --seeds 5"],
    "mixture_of_experts": ["--set train.steps=1 --seeds 5"],
    "more_data_can_hurt": ["--set train.solver.kind=ridge --set train.solver.lambda=10"],
    "optimal_ridge_removes_the_peak": ["--sweep train.solver.lambda=0.001,0.002"],
    "pytorch_default_init": [("pytorch_default", "he_uniform")],
    "quickstart": UNTRAINED,
    "random_features_double_descent": ["--set train.solver.kind=ridge --set train.solver.lambda=10"],
    "residual_depth": [
        "--seeds 5",
        ('"model.residual": [true],\n      "model.branch_init": ["inverse_sqrt_depth"]', '"model.residual": [false]'),
        ("branch_init=inverse_sqrt_depth", "init=he_normal, residual=false"),
    ],
    "residual_lesions": UNTRAINED,
    "residual_paths": [
        ('"inverse_sqrt_depth", "one"', '"one", "zero"'),
        ("branch_init=one", "branch_init=zero"),
        ("branch_init=inverse_sqrt_depth", "branch_init=one"),
    ],
    "resnet_digits": ["--set train.epochs=0 --seeds 5"],
    "resnet_lesions": UNTRAINED,
    "sample_size": ["--set train.steps=20 --seeds 5"],
    "sgd_self_regularizes": ["--set train.steps=20 --seeds 5"],
    "signal_at_initialization": ["--set model.norm=batch --seeds 5"],
    "single_expert_draws_a_line": ["--set train.steps=10"],
    "weight_decay": ["--set train.epochs=1 --seeds 5"],
    "xavier_init_depth": ["--set model.activation=sigmoid --seeds 5"],
    "zero_init_symmetry": [
        ('"constant"', '"xavier_normal"'),
        ("init=constant", "init=xavier_normal"),
        ("[zeros, constant]", "[zeros, xavier_normal]"),
        (', "value": 0.05', ""),
    ],
}
NO_CONTROL = {"permutation_symmetry"}  # holds for every network; tests/probe tests a wrong permutation


class Claims(unittest.TestCase):
    def verdicts(self, name, *options, replacements=()):
        """Trains an experiment; returns the verdicts by claim."""
        text = (ROOT / f"experiments/{name}.json").read_text()
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with tempfile.TemporaryDirectory() as out:
            file = pathlib.Path(out) / f"{name}.json"
            file.write_text(text)
            done = subprocess.run([PROGRAM, "verify", "--run", "--json", file, "--out", out, *options],
                                  capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        [report] = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if report["fails"] else 0)
        return {claim["says"]: claim["verdict"] for claim in report["claims"]}

    def assert_all_hold(self, name, *options):
        verdicts = self.verdicts(name, *options)
        self.assertGreater(len(verdicts), 0)
        self.assertEqual(set(verdicts.values()), {"holds"}, verdicts)

    def assert_control_fails(self, name):
        options = " ".join(change for change in CONTROLS[name] if isinstance(change, str)).split()
        replacements = [change for change in CONTROLS[name] if not isinstance(change, str)]
        self.assertIn("fails", self.verdicts(name, *options, replacements=replacements).values())


class Quick(Claims):
    def test_claims_of_quick_experiments_hold(self):
        for name in QUICK:
            with self.subTest(name):
                self.assert_all_hold(name)

    def test_every_experiment_has_a_control(self):
        names = {file.stem for file in ROOT.glob("experiments/*.json")}
        self.assertEqual(names, CONTROLS.keys() | NO_CONTROL)

    def test_a_claim_of_each_quick_experiment_fails_without_its_subject(self):
        for name in (*QUICK, "residual_lesions", "pytorch_default_init"):
            with self.subTest(name):
                self.assert_control_fails(name)


class Course(Claims):
    def test_claims_of_the_other_experiments_hold_with_new_seeds(self):
        for file in sorted(ROOT.glob("experiments/*.json")):
            if file.stem not in QUICK:
                with self.subTest(file.stem):
                    count = int(re.search(r'"seeds": (\d+)', file.read_text())[1])
                    self.assert_all_hold(file.stem, "--seeds", str([*range(1000, 1000 + count)]))

    def test_a_claim_of_each_other_experiment_fails_without_its_subject(self):
        for name in CONTROLS.keys() - set(QUICK):
            with self.subTest(name):
                self.assert_control_fails(name)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
