#!/usr/bin/env python3
"""Exported curves, read by pandas, NumPy and TensorBoard, equal curves.csv. Usage: curves_test.py DESCENT"""
import numpy, pandas
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

from trial import Trial, main


class Curves(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json")
        self.curves = pandas.read_csv(self.folder / "results/trial/curves.csv")

    def test_a_wide_table_has_a_column_for_every_run(self):
        self.descent("export", "curves", "results/trial", "-o", "wide.csv")
        table = pandas.read_csv(self.folder / "wide.csv", index_col="step")
        self.assertEqual(list(table.columns)[:2], ["epoch", "width=8 seed=0"])
        self.assertEqual(table.shape[1], 1 + 8)
        for (width, seed), rows in self.curves.groupby(["model.width", "seed"]):
            numpy.testing.assert_array_equal(table[f"width={width} seed={seed}"].dropna(), rows["test_error"])

    def test_a_selected_point_has_a_column_for_every_metric_and_seed(self):
        self.descent("export", "curves", "x.json:width=70", "--metric", "train_loss,test_loss", "-o", "new/two.csv")
        table = pandas.read_csv(self.folder / "new/two.csv")
        self.assertEqual(table.shape[1], 2 + 2 * 4)
        rows = self.curves[(self.curves["model.width"] == 70) & (self.curves["seed"] == 3)]
        numpy.testing.assert_array_equal(table["test_loss width=70 seed=3"], rows["test_loss"])

    def test_a_long_table_equals_curves_csv(self):
        self.descent("export", "curves", "results/trial", "--long", "-o", "long.csv")
        self.assertEqual((self.folder / "long.csv").read_text(), (self.folder / "results/trial/curves.csv").read_text())

    def test_numpy_reads_every_column_with_the_right_type(self):
        self.descent("export", "curves", "results/trial", "--long", "-o", "long.npz")
        arrays = numpy.load(self.folder / "long.npz")
        self.assertEqual(list(arrays), list(self.curves.columns))
        for name in arrays:
            numpy.testing.assert_array_equal(arrays[name], self.curves[name].to_numpy(), err_msg=name)
        self.assertEqual(arrays["step"].dtype, "int64")
        self.assertEqual(arrays["run"].dtype.kind, "U")

    def test_the_default_metric_is_one_that_the_results_contain(self):
        words = "--set", 'train.evaluate.splits=["train"]', "--out", "train"
        self.descent("run", "x.json", *words)
        self.descent("export", "curves", "x.json:width=8", *words, "-o", "train.csv")
        exported = pandas.read_csv(self.folder / "train.csv")["width=8 seed=0"]
        rows = pandas.read_csv(self.folder / "train/trial/curves.csv").query("`model.width` == 8 and seed == 0")
        numpy.testing.assert_array_equal(exported, rows["train_error"])

    def test_pandas_reads_every_csv_file_with_the_right_types(self):
        sweep = "--sweep", "model.norm=none,batch", "--sweep", "data.normalize=none,standard"
        words = *sweep, "--set", "train.early_stopping.monitor=val_loss", "--set", "seeds=3", "--set", "ensemble.sizes=[1,2]"
        self.descent("run", "x.json", *words, "--out", "all")
        text = {"run", "model.norm", "model.norm.kind", "data.normalize", "state", "stopped_reason", "network", "probe", "layer",
                "val_loss_stopped_reason", "val_error_stopped_reason", "of", "members", "seeds"}
        whole = {"model.width", "seed", "step", "n", "n_diverged", "parameters", "size"}
        files = sorted((self.folder / "all/trial").glob("*.csv"))
        self.assertEqual([file.name for file in files], ["bias_variance.csv", "curves.csv", "ensembles.csv", "points.csv",
                                                         "probes.csv", "summary.csv"])
        for file in files:
            for name, column in pandas.read_csv(file).items():
                with self.subTest(file=file.name, column=name):
                    if name in text:
                        self.assertTrue(pandas.api.types.is_string_dtype(column), column.dtype)
                        self.assertTrue(name == "layer" or column.notna().all())
                    elif name in whole and column.notna().all():
                        self.assertEqual(column.dtype, "int64")
                    else:
                        self.assertIn(column.dtype, ("float64", "int64"))

    def test_a_wrong_format_or_metric_is_an_error(self):
        self.assertIn(".csv or .npz", self.descent("export", "curves", "x.json", "-o", "a.txt", status=2).stderr)
        error = self.descent("export", "curves", "x.json", "--metric", "tets_error", status=2).stderr
        self.assertIn('did you mean "test_error"?', error)

    def test_tensorboard_reads_curves_probes_and_hyperparameters(self):
        self.descent("export", "tensorboard", "results/trial", "--to", "events")
        self.assertEqual(len(list((self.folder / "events").iterdir())), 8)
        events = EventAccumulator(str(self.folder / "events/width=70,seed=2"), size_guidance={"scalars": 0, "histograms": 0})
        events.Reload()
        rows = self.curves[(self.curves["model.width"] == 70) & (self.curves["seed"] == 2)]
        scalars = events.Scalars("test_loss")
        self.assertEqual([scalar.step for scalar in scalars], list(rows["step"]))
        numpy.testing.assert_allclose([scalar.value for scalar in scalars], rows["test_loss"], rtol=1e-7)
        self.assertIn("probe/weight_norm/linear0", events.Tags()["scalars"])
        probes = pandas.read_csv(self.folder / "results/trial/probes.csv").query("`model.width` == 70 and seed == 2")
        for histogram in events.Histograms("probe/weight_norm of the layers"):
            values = probes.query(f"probe == 'weight_norm' and step == {histogram.step}")["value"]
            self.assertEqual(histogram.histogram_value.num, len(values))
            self.assertAlmostEqual(histogram.histogram_value.sum, values.sum())
            self.assertEqual(sum(histogram.histogram_value.bucket), len(values))
        shares = probes.query("probe == 'activation_histogram' and layer.str.startswith('linear1 ')")
        for histogram in events.Histograms("probe/activation_histogram/linear1"):
            self.assertEqual(histogram.histogram_value.bucket, list(shares.query(f"step == {histogram.step}")["value"]))
            self.assertAlmostEqual(histogram.histogram_value.num, 1)
            self.assertAlmostEqual(histogram.histogram_value.bucket_limit[-1], 4)
        self.assertFalse([tag for tag in events.Tags()["scalars"] if "histogram" in tag])
        content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
        start = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
        self.assertEqual(start.hparams["model.width"].number_value, 70)
        self.assertEqual(start.hparams["seed"].number_value, 2)
        self.assertEqual(start.group_name, "width=70")


if __name__ == "__main__":
    main()
