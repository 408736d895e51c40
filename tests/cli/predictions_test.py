#!/usr/bin/env python3
"""Predictions in NumPy's format, and what is read from them, against the same computed with NumPy.
Usage: predictions_test.py DESCENT"""
import csv, json, sys, unittest

import numpy

from trial import Trial


class Predictions(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json")
        self.results = self.folder / "results/trial"
        self.values, self.labels = {}, {}
        for part in self.results.glob("parts/*"):
            values, labels = numpy.load(part / "predictions.npy"), numpy.load(part / "labels.npy")
            for i, run in enumerate(json.loads((part / "part.json").read_text())["runs"]):
                self.values[run[:16]], self.labels[run[:16]] = numpy.exp(values[i]), labels[i]
        self.summary = self.table("summary.csv")
        self.label = next(iter(self.labels.values()))

    def table(self, name):
        with open(self.results / name, newline="") as file:
            return list(csv.DictReader(file))

    def of_width(self, width):
        return numpy.stack([self.values[row["run"]] for row in self.summary if row["model.width"] == width])

    def right(self, p):
        return numpy.take_along_axis(p, numpy.broadcast_to(self.label, p.shape[:-1])[..., None], -1)[..., 0]

    def close(self, text, value, tolerance=1e-12):
        self.assertLessEqual(abs(float(text) - value), tolerance)

    def test_are_probabilities_that_give_the_errors_and_losses_of_the_runs(self):
        self.assertEqual(len(self.values), 8)
        for row in self.summary:
            p = self.values[row["run"]]
            self.assertEqual(p.shape, (1000, 10))
            self.assertLess(abs(p.sum(1) - 1).max(), 1e-6)
            self.assertEqual((p.argmax(1) != self.label).mean(), float(row["final_test_error"]))
            self.close(row["final_test_loss"], -numpy.log(self.right(p)).mean(), 1e-6)

    def test_make_ensembles(self):
        rows = self.table("ensembles.csv")
        self.assertEqual([row["size"] for row in rows], 2 * (4 * ["1"] + 2 * ["2"] + ["4"]))
        for row in rows:
            size, group = int(row["size"]), int(row["group"])
            members = self.of_width(row["model.width"])[group * size:][:size]
            p = members.mean(0)
            self.close(row["error"], (p.argmax(1) != self.label).mean())
            self.close(row["loss"], -numpy.log(self.right(p)).mean())
            self.close(row["member_error"], (members.argmax(2) != self.label).mean())
            self.close(row["member_loss"], -numpy.log(self.right(members)).mean())

    def test_have_bias_and_variance(self):
        rows = self.table("bias_variance.csv")
        self.assertEqual([row["model.width"] for row in rows], ["8", "70"])
        target = numpy.eye(10)[self.label]
        for row in rows:
            p = self.of_width(row["model.width"])
            self.close(row["squared_risk"], ((p - target) ** 2).mean())
            self.close(row["squared_bias"], ((p.mean(0) - target) ** 2).mean() - p.var(0, ddof=1).mean() / len(p))
            self.close(row["squared_variance"], p.var(0, ddof=1).mean())
            votes = numpy.stack([(p.argmax(2) == k).sum(0) for k in range(10)], 1).argmax(1)
            self.close(row["error_bias"], (votes != self.label).mean())
            log_q = numpy.log(p).mean(0)
            log_q -= numpy.log(numpy.exp(log_q).sum(1, keepdims=True))
            self.close(row["cross_entropy_bias"], -self.right(log_q).mean())
            divergence = (numpy.exp(log_q) * (log_q - numpy.log(p))).sum(2)
            self.close(row["cross_entropy_variance"], divergence.mean(), 1e-6)  # float32 sums of probabilities

    def test_are_of_the_network_that_the_column_names(self):
        stopping = {"monitor": "val_loss", "patience": 1}
        for rule, network in (({"monitor": "none"}, "final"), (stopping, "restored"),
                              ({**stopping, "stop": False}, "restored"),
                              ({**stopping, "stop": False, "restore": "last"}, "restored")):
            self.descent("run", "x.json", "--set", f"train.early_stopping={json.dumps(rule)}", "--set",
                         "train.loss.label_smoothing=0.2", "--set", "train.epochs=8")
            losses = {}
            for row in self.table("summary.csv"):
                losses.setdefault(row["model.width"], []).append(float(row[f"{network}_test_loss"]))
            for row in self.table("ensembles.csv"):
                self.assertEqual(row["network"], network)
                if row["size"] == "4":
                    self.close(row["member_loss"], numpy.mean(losses[row["model.width"]]), 1e-6)
            self.assertEqual({row["network"] for row in self.table("bias_variance.csv")}, {network})

    def test_are_not_retrained_for_other_readings(self):
        output = self.descent("run", "x.json", "--set", "bias_variance=false", "--set", "ensemble.sizes=[3]").stdout
        self.assertIn("8 reused, 0 new", output)
        self.assertEqual([row["size"] for row in self.table("ensembles.csv")], ["3", "3"])
        self.assertFalse((self.results / "bias_variance.csv").exists())


class Regression(Trial):
    """Two targets of different units, of which the network sees numbers of mean 0 and variance 1."""

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
        results = self.folder / "results/units"
        with open(results / "summary.csv", newline="") as file:
            rows = {row["run"]: row for row in csv.DictReader(file)}
        for part in results.glob("parts/*"):
            runs = json.loads((part / "part.json").read_text())["runs"]
            arrays = (numpy.load(part / name) for name in ("predictions.npy", "targets.npy"))
            for run, outputs, targets in zip(runs, *arrays):
                if run[:16] in rows:  # not of the other engine, whose parts lie there too
                    yield rows.pop(run[:16]), outputs, targets
        self.assertEqual(rows, {})

    def test_is_in_the_units_of_the_targets_with_both_engines(self):
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
                # Each output is learned, the one in small units too.
                self.assertTrue((((outputs - targets) ** 2).mean(0) < 0.2 * targets.var(0)).all())
                self.assertNotIn("final_test_error", row)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
