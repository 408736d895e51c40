#!/usr/bin/env python3
"""Exported networks give the recorded predictions in PyTorch and in onnxruntime. Usage: export_test.py DESCENT"""
import importlib.util, json, pathlib, shutil

import numpy, onnx, onnxruntime, torch

from trial import Trial, main

EMBEDDED = pathlib.Path(__file__).resolve().parents[2] / "experiments/data"
NORMS = "none", "batch", "layer", "group", "rms"
ACTIVATIONS = "relu", "tanh", "sigmoid", "gelu", "leaky_relu", "silu", "identity"
MLP = {"width": 12, "depth": 3}
CNN = {"kind": "cnn", "channels": [8, 12], "kernels": [4, 3], "strides": [2, 1]}
RESNET = {"kind": "resnet", "width": 4, "blocks": [1, 2], "norm": "batch"}
MIXTURE = {"kind": "mixture_of_experts", "experts": {"count": 3, "hidden": [6]}, "gate": {"hidden": [5]}}


def norm(kind, **more):
    return {"norm": {"kind": kind, **({"groups": 2} if kind == "group" else {}), **more}}


class Export(Trial):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(1)
        data = self.folder / "images"  # three channels; the label is the channel with the largest mean
        data.mkdir()
        self.x = {"signals": numpy.load(EMBEDDED / "mnist1d/x_test.npy").astype("f")}
        for part, count in ("train", 300), ("test", 50):
            x = random.normal(size=(count, 3, 7, 6)).astype("f")
            numpy.save(data / f"x_{part}.npy", x)
            numpy.save(data / f"y_{part}.npy", x.mean((2, 3)).argmax(1))
            self.x["images"] = x.reshape(count, -1)
        data = self.folder / "targets"
        data.mkdir()
        for part, count in ("train", 200), ("test", 50):
            x = random.uniform(size=(count, 1)).astype("f")
            numpy.save(data / f"x_{part}.npy", x)
            numpy.save(data / f"y_{part}.npy", numpy.hstack([numpy.sin(6 * x), x]))
            self.x["targets"] = x

    def run_experiment(self, data, model, train, *words, **more):
        sections = {"signals": {"name": "mnist1d"}, "images": {"name": "npy", "path": str(self.folder / "images")},
                    "targets": {"name": "npy", "path": str(self.folder / "targets"), "task": "regression"}}
        train = {"steps": 20, "batch_size": 50, "optimizer": {"name": "adam", "lr": 0.01}, **train}
        experiment = {"name": "net", "seeds": 1, "data": {**sections[data], **more}, "model": model, "train": train,
                      "record": {"predictions": True}}
        (self.folder / "net.json").write_text(json.dumps(experiment))
        self.descent("run", "net.json", *words)

    def check(self, data, model, normalize="none", normalize_targets=False, **train):
        more = {"normalize": normalize, **({"normalize_targets": True} if normalize_targets else {})}
        self.run_experiment(data, model, train, "--save-weights", **more)
        written = [self.folder / line for line in self.descent("export", "model", "net.json").stdout.split()]
        weights, source, graph = written
        recorded = numpy.load(next(self.folder.glob("results/net/parts/*/predictions.npy")))[0]
        self.descent("export", "model", "results/net", "--to", "again/deeper", "--format", "safetensors")
        self.assertEqual((self.folder / "again/deeper" / weights.name).read_bytes(), weights.read_bytes())

        spec = importlib.util.spec_from_file_location(source.stem, source)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        with torch.no_grad():
            x = torch.tensor(self.x[data])
            y = module.load()(x if normalize == "none" else module.prepare(x))
            self.expect_predictions(module.in_units(y) if normalize_targets else y, recorded, source.read_text())
        onnx.checker.check_model(onnx.load(graph), full_check=True)
        session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        (y,) = session.run(None, {"x": self.x[data]})
        self.expect_predictions(torch.tensor(y), recorded, f"{graph.name}: {model}")
        for file in written:
            file.unlink()
        shutil.rmtree(self.folder / "results")

    def expect_predictions(self, outputs, recorded, message):
        regression = recorded.shape[1] == 2
        predictions = outputs if regression else torch.softmax(outputs, 1)
        recorded = recorded if regression else numpy.exp(recorded)
        self.assertEqual(tuple(predictions.shape), recorded.shape)
        self.assertLess(abs(predictions.numpy() - recorded).max(), 1e-5, message)

    def test_every_perceptron_can_be_exported(self):
        for kind in NORMS:
            self.check("signals", {**MLP, **norm(kind), "dropout": 0.1})
            self.check("signals", {**MLP, **norm(kind), "residual": True, "branch_init": "inverse_sqrt_depth"})
        for activation in ACTIVATIONS:
            self.check("signals", {**MLP, "activation": activation})
        for kind in NORMS[1:]:
            self.check("signals", {**MLP, **norm(kind, affine=kind == "layer"), "norm_position": "after"})
        self.check("signals", {"depth": 0})
        self.check("targets", {"hidden": [7, 5], **norm("rms", epsilon=0.01)}, loss="mse")

    def test_every_convolutional_network_can_be_exported(self):
        for data in "signals", "images":
            for kind in NORMS:
                self.check(data, {**CNN, **norm(kind), "dropout": {"rate": 0.1, "kind": "channel"}})
            self.check(data, {**CNN, **norm("layer", affine=False), "pooling": "average", "norm_position": "after"})
            self.check(data, {**CNN, **norm("rms", affine=False), "pooling": "max", "max_pool": [2, 1],
                              "strides": [1, 1]})

    def test_every_residual_network_can_be_exported(self):
        for data in "signals", "images":
            for kind in NORMS:
                self.check(data, {**RESNET, **norm(kind)})
            for shortcut in "identity", "projection", "none":
                for block in "basic", "bottleneck":
                    for pre in False, True:
                        self.check(data, {**RESNET, "shortcut": shortcut, "block": block, "preactivation": pre})
            self.check(data, {**RESNET, "stem": {"kernel": 5, "stride": 2, "max_pool": True}, "dropout": 0.1,
                              "stochastic_depth": 0.2, "activation": "silu"})

    def test_normalized_inputs_are_prepared_by_the_exported_code(self):
        self.check("signals", MLP, "standard")
        self.check("images", MLP, "minmax")
        self.check("images", CNN, "channel")

    def test_standardized_targets_are_returned_in_their_units(self):
        self.check("targets", {"hidden": [7]}, "standard", True, loss="mse")

    def test_weights_contain_the_names_of_the_classes(self):
        (self.folder / "t.csv").write_text("a,kind\n" + "1,cat\n2,dog\n3,emu\n" * 10)
        (self.folder / "net.json").write_text(json.dumps({"name": "net", "train": {"epochs": 1, "batch_size": 8},
                                                          "data": {"name": "csv", "path": "t.csv"}}))
        self.descent("run", "net.json", "--save-weights")
        (weights,) = self.folder.glob("results/net/checkpoints/*.safetensors")
        data = weights.read_bytes()
        about = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])["__metadata__"]
        self.assertEqual(json.loads(about["classes"]), ["cat", "dog", "emu"])

    def test_every_linear_model_can_be_exported(self):
        self.check("signals", {"kind": "linear_model", "intercept": True})
        self.check("signals", {"kind": "linear_model", "features": "random_relu", "width": 30})
        self.check("targets", {"kind": "linear_model", "features": "gaussian_basis", "width": 8}, loss="mse")

    def test_every_mixture_of_experts_can_be_exported(self):
        self.check("signals", MIXTURE)
        self.check("signals", {**MIXTURE, "gate": {"top_k": 2}})
        self.check("targets", {**MIXTURE, "experts": {"count": 4}, "gate": {"top_k": 1}}, loss="mse")

    def test_batch_norm_that_predicts_with_the_batch_cannot_be_exported_to_onnx(self):
        self.run_experiment("signals", {**MLP, **norm("batch", predict_with="batch")}, {}, "--save-weights")
        error = self.descent("export", "model", "net.json", status=2).stderr
        self.assertIn("ONNX has no batch norm that predicts with the statistics of the batch "
                      "(model.norm.predict_with); export without it: --format safetensors,python\n", error)
        self.assertEqual(list(self.folder.glob("*.py")), [])
        self.descent("export", "model", "net.json", "--format", "safetensors,python")

    def test_a_run_without_weights_is_an_error(self):
        self.run_experiment("signals", MLP, {})
        self.assertIn("were not saved; descent run net.json --save-weights trains it again, with the same results, and "
                      "saves them\n", self.descent("export", "model", "net.json", status=2).stderr)
        self.assertIn("do not exist yet; descent run net.json --save-weights trains it and saves them\n",
                      self.descent("export", "model", "net.json", "--seeds", "[7]", status=2).stderr)

    def test_a_run_is_selected_by_name_or_by_point_and_seed(self):
        self.run_experiment("signals", MLP, {}, "--save-weights", "--sweep", "model.width=3,4", "--seeds", "2")
        error = self.descent("export", "model", "results/net", status=2).stderr
        self.assertIn("4 runs match; select a point after ':' and a --seed, or a run from the column `run` of "
                      "results/net/summary.csv by --run\n", error)
        self.assertIn("no run matches; see the column `run` of results/net/summary.csv\n",
                      self.descent("export", "model", "results/net", "--run", "xyz", status=2).stderr)
        self.assertIn("width=5: no point has width=5 (one of 3, 4) (at character 7)\n",
                      self.descent("export", "model", "results/net:width=5", status=2).stderr)
        run = (self.folder / "results/net/summary.csv").read_text().split("\n")[4].split(",")[0]
        by_name = self.descent("export", "model", "results/net", "--run", run[:9]).stdout
        by_point = self.descent("export", "model", "results/net:width=4", "--seed", "1").stdout
        self.assertEqual(by_name, by_point)
        self.assertIn(f"Network of the experiment net: model.width=4, seed 1, run {run}",
                      (self.folder / by_name.split()[1]).read_text())


if __name__ == "__main__":
    main()
