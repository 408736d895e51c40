"""Checks that Descent reads data files written by Python and transforms the data as NumPy does.

    python tests/oracle/compare_data.py ORACLE_DUMP

ORACLE_DUMP (oracle_dump.cpp) writes the inputs and labels that a network is trained on.
"""

import csv
import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from common import DATA, load_safetensors, part

RANDOM = np.random.default_rng(1)
FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")  # from Debian's package


def write_idx(path, array):
    content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
    with gzip.open(path, "wb") if path.suffix == ".gz" else open(path, "wb") as file:
        file.write(content)


class DataTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def read(self, data, loss="cross_entropy"):
        """x, y, test_x, test_y of the run with seed 0."""
        experiment, out = self.folder / "x.json", self.folder / "out.safetensors"
        train = {"steps": 1, "batch_size": 2, "loss": loss}
        experiment.write_text(json.dumps({"precision": "float64", "data": data, "model": {"width": 4, "depth": 1}, "train": train}))
        subprocess.run([PROGRAM, experiment, out], check=True)
        return {name: tensor.numpy() for name, tensor in part(load_safetensors(out), "0/").items()}

    def test_idx_files_may_be_compressed(self):
        parts = {}
        for name, size, suffix in ("train", 7, ".gz"), ("t10k", 5, ""):
            x = RANDOM.integers(0, 256, (size, 4, 3), np.uint8)
            y = np.arange(size, dtype=np.uint8)
            write_idx(self.folder / f"{name}-images-idx3-ubyte{suffix}", x)
            write_idx(self.folder / f"{name}-labels-idx1-ubyte{suffix}", y)
            parts[name] = x.reshape(size, 12), y
        read = self.read({"name": "idx", "path": "."})
        np.testing.assert_array_equal(read["x"], parts["train"][0])
        np.testing.assert_array_equal(read["y"], parts["train"][1])
        np.testing.assert_array_equal(read["test_x"], parts["t10k"][0])
        np.testing.assert_array_equal(read["test_y"], parts["t10k"][1])

    @unittest.skipUnless(FASHION_MNIST.exists(), "apt install dataset-fashion-mnist")
    def test_fashion_mnist_may_be_compressed(self):
        expected = {}
        for file in FASHION_MNIST.glob("*.gz"):
            content = gzip.decompress(file.read_bytes())
            (self.folder / file.stem).write_bytes(content)
            expected[file.stem] = np.frombuffer(content, np.uint8, offset=4 + 4 * content[3])
        few = {"name": "fashion_mnist", "train_size": 1000, "test_size": 500}
        for keys in few, {**few, "path": "."}:
            read = self.read(keys)
            x, test_x = (expected[f"{part}-images-idx3-ubyte"].reshape(-1, 784) / 255 for part in ("train", "t10k"))
            np.testing.assert_array_equal(read["x"], x[:1000])
            np.testing.assert_array_equal(read["test_x"], test_x[:500])
            np.testing.assert_array_equal(read["y"], expected["train-labels-idx1-ubyte"][:1000])
            np.testing.assert_array_equal(read["test_y"], expected["t10k-labels-idx1-ubyte"][:500])

    def test_cifar10_batches_are_read_in_their_order(self):
        folder = self.folder / "cifar-10-batches-bin"
        folder.mkdir()
        images, labels = [], []
        for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
            x, y = RANDOM.integers(0, 256, (3, 3072), np.uint8), RANDOM.integers(0, 10, (3, 1), np.uint8)
            (folder / name).write_bytes(np.hstack([y, x]).tobytes())
            images.append(x)
            labels.append(y[:, 0])
        read = self.read({"name": "cifar10", "path": "."})
        np.testing.assert_array_equal(read["x"], np.concatenate(images[:5]))
        np.testing.assert_array_equal(read["y"], np.concatenate(labels[:5]))
        np.testing.assert_array_equal(read["test_x"], images[5])
        np.testing.assert_array_equal(read["test_y"], labels[5])

    def test_real_targets_in_npy_arrays_keep_every_bit(self):
        x, y = RANDOM.normal(size=(9, 3)), RANDOM.normal(size=(9, 2))
        np.save(self.folder / "x.npy", x)
        np.save(self.folder / "y.npy", y)
        read = self.read({"name": "npy", "path": ".", "subset": "first", "train_size": 6}, "mse")
        np.testing.assert_array_equal(read["x"], x[:6])
        np.testing.assert_array_equal(read["y"], y[:6])
        np.testing.assert_array_equal(read["test_y"], y[6:])

    def test_npy_arrays_may_have_any_type_byte_order_and_memory_order(self):
        x = RANDOM.integers(0, 100, (7, 3, 4, 2))
        types = ["?", *np.typecodes["AllInteger"], "e", "f", "d"]
        for dtype in [np.dtype(code).newbyteorder(order) for code in types for order in "<>"]:
            for order in "C", "F":
                with self.subTest(dtype=dtype.str, order=order):
                    array = np.array(x, dtype, order=order)
                    np.save(self.folder / "x.npy", array)
                    np.save(self.folder / "y.npy", (np.arange(7) % 2).astype(dtype))
                    read = self.read({"name": "npy", "path": ".", "subset": "first", "train_size": 5, "test_size": 2,
                                      "task": "classification"})
                    np.testing.assert_array_equal(read["x"], array[:5].reshape(5, -1).astype(float))
                    np.testing.assert_array_equal(read["test_x"], array[5:].reshape(2, -1).astype(float))
                    np.testing.assert_array_equal(read["y"], np.arange(5) % 2)

    def test_npy_images_may_have_their_channels_last(self):
        x = RANDOM.integers(0, 256, (7, 4, 5, 3), np.uint8)
        np.save(self.folder / "y.npy", np.arange(7) % 2)
        for array in x, np.asfortranarray(x), x.astype(">f2"):
            np.save(self.folder / "x.npy", array)
            read = self.read({"name": "npy", "path": ".", "subset": "first", "train_size": 5, "layout": "channels_last"})
            np.testing.assert_array_equal(read["x"], np.moveaxis(x, -1, 1)[:5].reshape(5, -1))

    def test_csv_files_may_be_compressed_and_lack_a_header(self):
        x = RANDOM.integers(0, 256, (9, 5))
        rows = np.hstack([x, np.arange(9)[:, None] % 3])
        with gzip.open(self.folder / "t.csv.gz", "wt") as file:
            np.savetxt(file, rows, "%d", ",")
        read = self.read({"name": "csv", "path": "t.csv.gz", "subset": "first", "header": False, "train_size": 6})
        np.testing.assert_array_equal(read["x"], x[:6])
        np.testing.assert_array_equal(read["y"], rows[:6, 5])

    def test_csv_files_may_quote_labels_in_any_column(self):
        x, y = RANDOM.normal(size=(9, 3)), RANDOM.choice(["cat", 'the "dog"', "emu, or so"], 9)
        y[:3] = ["cat", 'the "dog"', "emu, or so"]
        with open(self.folder / "t.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["a", "kind", "b", "c"])
            for row, label in zip(x, y):
                writer.writerow([repr(float(row[0])), label, *map(float, row[1:])])
        read = self.read({"name": "csv", "path": "t.csv", "subset": "first", "label_column": "kind", "train_size": 6})
        np.testing.assert_array_equal(read["x"], x[:6])
        np.testing.assert_array_equal(read["y"], np.unique(y, return_inverse=True)[1][:6])
        np.testing.assert_array_equal(read["test_x"], x[6:])
        np.testing.assert_array_equal(read["test_y"], np.unique(y, return_inverse=True)[1][6:])

    def test_csv_files_may_contain_real_targets(self):
        (self.folder / "t.csv").write_text("a,y\n1,0.5\n2,1e-3\n3,2\n4,5\n")
        read = self.read({"name": "csv", "path": "t.csv", "subset": "first", "train_size": 3}, "mse")
        np.testing.assert_array_equal(read["y"], [[0.5], [1e-3], [2]])

    def test_feature_maps_equal_those_of_numpy(self):
        maps = ["raw", "rfft_magnitude", "sorted", "polynomial"]
        read = self.read({"name": "mnist1d", "train_size": 50, "features": maps, "polynomial_degree": 4})
        x = np.load(DATA / "mnist1d/x_train.npy")[:50].astype(float)
        powers = np.stack([x**p for p in range(1, 5)], 2).reshape(50, -1)
        expected = np.hstack([x, np.abs(np.fft.rfft(x, 64)), np.sort(x, 1), powers])
        np.testing.assert_allclose(read["x"], expected, rtol=0, atol=1e-11)

    def test_channel_normalization_uses_one_mean_and_standard_deviation_per_channel(self):
        x = RANDOM.integers(0, 256, (20, 3, 4, 5), np.uint8)
        np.save(self.folder / "x.npy", x)
        np.save(self.folder / "y.npy", np.arange(20) % 2)
        read = self.read({"name": "npy", "path": ".", "subset": "first", "train_size": 15, "normalize": "channel"})
        mean, sd = (f(x[:15], (0, 2, 3), keepdims=True) for f in (np.mean, np.std))
        np.testing.assert_allclose(read["x"], ((x - mean) / sd)[:15].reshape(15, -1), rtol=0, atol=1e-12)

    def test_least_squares_recovers_the_weights_of_two_scale_regression(self):
        data = {"name": "two_scale_regression", "train_size": 4000, "generator": {"noise": 0.3}}
        read = self.read(data, "mse")
        w = np.linalg.lstsq(read["x"], read["y"][:, 0], rcond=None)[0]
        self.assertAlmostEqual(np.sum(w[:70] ** 2), 4, delta=0.1)
        self.assertAlmostEqual(np.sum((0.03 * w[70:]) ** 2), 2, delta=0.1)
        np.testing.assert_allclose(read["x"].std(0), [1] * 70 + [0.03] * 10, rtol=0.05)
        self.assertAlmostEqual(np.std(read["y"][:, 0] - read["x"] @ w), 0.3, delta=0.01)
        # The test targets have no noise: the true weights solve them exactly.
        exact = np.linalg.lstsq(read["test_x"], read["test_y"][:, 0], rcond=None)[0]
        np.testing.assert_allclose(read["test_x"] @ exact, read["test_y"][:, 0], atol=1e-10)
        self.assertAlmostEqual(np.sum(exact[:70] ** 2), 4, delta=1e-9)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
