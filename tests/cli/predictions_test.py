#!/usr/bin/env python3
"""Checks recorded predictions, and the results that Descent derives from them, against NumPy.
Usage: predictions_test.py DESCENT"""
import json

import numpy

from trial import Trial, main


class Predictions(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json")
        self.results = self.folder / "results/trial"
        self.values = {}
        for part in self.results.glob("parts/*"):
            self.labels = numpy.load(part / "labels.npy")[0]  # the same in all runs
            for run, values in zip(json.loads((part / "part.json").read_text())["runs"], numpy.load(part / "predictions.npy")):
                self.values[run[:16]] = numpy.exp(values)
        self.summary = self.rows("summary.csv")

    def of_width(self, width):
        return numpy.stack([self.values[row["run"]] for row in self.summary if row["model.width"] == width])

    def of_the_labels(self, p):
        """The probabilities of the correct classes."""
        return numpy.take_along_axis(p, numpy.broadcast_to(self.labels, p.shape[:-1])[..., None], -1)[..., 0]

    def close(self, text, value, tolerance=1e-12):
        self.assertLessEqual(abs(float(text) - value), tolerance)

    def test_predictions_are_probabilities_that_give_the_recorded_errors_and_losses(self):
        self.assertEqual(len(self.values), 8)
        for row in self.summary:
            p = self.values[row["run"]]
            self.assertEqual(p.shape, (1000, 10))
            self.assertLess(abs(p.sum(1) - 1).max(), 1e-6)
            self.assertEqual((p.argmax(1) != self.labels).mean(), float(row["final_test_error"]))
            self.close(row["final_test_loss"], -numpy.log(self.of_the_labels(p)).mean(), 1e-6)

    def test_ensembles_average_the_probabilities_of_their_members(self):
        rows = self.rows("ensembles.csv")
        self.assertEqual([row["size"] for row in rows], 2 * (4 * ["1"] + 2 * ["2"] + ["4"]))
        for row in rows:
            size, group = int(row["size"]), int(row["group"])
            members = self.of_width(row["model.width"])[group * size:][:size]
            p = members.mean(0)
            self.close(row["error"], (p.argmax(1) != self.labels).mean())
            self.close(row["loss"], -numpy.log(self.of_the_labels(p)).mean())
            self.close(row["member_error"], (members.argmax(2) != self.labels).mean())
            self.close(row["member_loss"], -numpy.log(self.of_the_labels(members)).mean())

    def test_bias_and_variance_follow_their_definitions(self):
        rows = self.rows("bias_variance.csv")
        self.assertEqual([row["model.width"] for row in rows], ["8", "70"])
        target = numpy.eye(10)[self.labels]
        for row in rows:
            p = self.of_width(row["model.width"])
            self.close(row["squared_risk"], ((p - target) ** 2).mean())
            self.close(row["squared_bias"], ((p.mean(0) - target) ** 2).mean() - p.var(0, ddof=1).mean() / len(p))
            self.close(row["squared_variance"], p.var(0, ddof=1).mean())
            votes = numpy.stack([(p.argmax(2) == k).sum(0) for k in range(10)], 1).argmax(1)
            self.close(row["error_bias"], (votes != self.labels).mean())
            log_q = numpy.log(p).mean(0)
            log_q -= numpy.log(numpy.exp(log_q).sum(1, keepdims=True))
            self.close(row["cross_entropy_bias"], -self.of_the_labels(log_q).mean())
            divergence = (numpy.exp(log_q) * (log_q - numpy.log(p))).sum(2)
            self.close(row["cross_entropy_variance"], divergence.mean(), 1e-6)  # float32 sums of probabilities

    def test_predictions_are_those_of_the_final_or_restored_network_as_the_column_says(self):
        stopping = {"monitor": "val_loss", "patience": 1}
        for rule, network in (({"monitor": "none"}, "final"), (stopping, "restored"),
                              ({**stopping, "stop": False}, "restored"),
                              ({**stopping, "stop": False, "restore": "last"}, "restored")):
            self.descent("run", "x.json", "--set", f"train.early_stopping={json.dumps(rule)}", "--set",
                         "train.loss.label_smoothing=0.2", "--set", "train.epochs=8")
            losses = {}
            for row in self.rows("summary.csv"):
                losses.setdefault(row["model.width"], []).append(float(row[f"{network}_test_loss"]))
            for row in self.rows("ensembles.csv"):
                self.assertEqual(row["network"], network)
                if row["size"] == "4":
                    self.close(row["member_loss"], numpy.mean(losses[row["model.width"]]), 1e-6)
            self.assertEqual({row["network"] for row in self.rows("bias_variance.csv")}, {network})

    def test_other_statistics_of_the_predictions_need_no_training(self):
        output = self.descent("run", "x.json", "--set", "bias_variance=false", "--set", "ensemble.sizes=[3]").stdout
        self.assertIn("8 reused, 0 new", output)
        self.assertEqual([row["size"] for row in self.rows("ensembles.csv")], ["3", "3"])
        self.assertFalse((self.results / "bias_variance.csv").exists())


class Regression(Trial):
    """Two targets in different units, standardized for the network."""

    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(1)
        x = random.normal(size=(120, 3))
        y = numpy.stack([1000 + 50 * x[:, 0], 0.01 * x[:, 1] * x[:, 2]], 1) + random.normal(size=(120, 2)) * [5, 1e-3]
        numpy.save(self.folder / "x.npy", x)
        numpy.save(self.folder / "y.npy", y)
        self.y = y

    def run_with(self, engine):
        experiment = {"name": "units", "seeds": 2, "engine": engine, "precision": "float64",
                      "data": {"name": "npy", "path": ".", "test_size": 30, "split_seed": 0,
                               "normalize_targets": True},
                      "model": {"width": 16, "depth": 1},
                      "train": {"loss": "mse", "epochs": 60, "batch_size": 10, "optimizer": {"lr": 0.01}},
                      "record": {"predictions": True}}
        (self.folder / "units.json").write_text(json.dumps(experiment))
        self.descent("run", "units.json", "--save-weights")
        rows = {row["run"]: row for row in self.rows("summary.csv", "results/units")}
        for part in self.folder.glob("results/units/parts/*"):
            runs = json.loads((part / "part.json").read_text())["runs"]
            arrays = (numpy.load(part / name) for name in ("predictions.npy", "targets.npy"))
            for run, outputs, targets in zip(runs, *arrays):
                if run[:16] in rows:  # the parts of the other engine are in this folder too
                    yield rows.pop(run[:16]), outputs, targets
        self.assertEqual(rows, {})

    def test_predictions_and_metrics_are_in_the_units_of_the_targets(self):
        for engine in "fused", "torch":
            for row, outputs, targets in self.run_with(engine):
                self.assertTrue(set(targets[:, 0]) < set(self.y[:, 0]))
                mse = ((outputs - targets) ** 2).mean()
                expected = {"loss": mse, "rmse": mse ** 0.5, "mae": abs(outputs - targets).mean(),
                            "r2": 1 - mse / targets.var(0).mean()}
                for name, value in expected.items():
                    found = float(row[f"final_test_{name}"])
                    self.assertLessEqual(abs(found - value), 1e-9 * abs(value), (engine, name))
                self.assertGreater(float(row["final_test_r2"]), 0.9)
                # Both outputs are learned, also the one in small units.
                self.assertTrue((((outputs - targets) ** 2).mean(0) < 0.2 * targets.var(0)).all())
                self.assertNotIn("final_test_error", row)


if __name__ == "__main__":
    main()
