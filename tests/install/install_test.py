#!/usr/bin/env python3
"""Installs the build, then builds and runs the programs of README.md with it, outside the repository.
Usage: install_test.py DESCENT BUILD CMAKE COMPILER"""
import json, pathlib, re, shutil, subprocess, sys, tempfile, unittest

import numpy

DESCENT, BUILD, CMAKE, COMPILER = (pathlib.Path(word).resolve() for word in sys.argv[1:5])
HERE = pathlib.Path(__file__).resolve().parent
EXPERIMENT = {
    "name": "small", "seeds": 1,
    "data": {"name": "digits", "train_size": 500, "test_size": 100},
    "model": {"kind": "resnet", "width": 4, "blocks": [1, 1], "norm": "batch"},
    "train": {"epochs": 2}, "record": {"predictions": True},
}


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="descent_install_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prefix, cls.build = cls.folder / "prefix", cls.folder / "build"
        cls.run_command(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        cls.run_command(*cls.configure())
        cls.run_command(CMAKE, "--build", cls.build)

    @classmethod
    def configure(cls, *options):
        return (CMAKE, "-G", "Ninja", "-S", HERE, "-B", cls.build, f"-DCMAKE_PREFIX_PATH={cls.prefix}",
                f"-DCMAKE_CXX_COMPILER={COMPILER}", *options)

    @classmethod
    def run_command(cls, *words, status=0):
        done = subprocess.run(words, cwd=cls.folder, capture_output=True, text=True)
        if done.returncode != status:
            raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_predict_prints_the_recorded_predictions(self):
        (self.folder / "small.json").write_text(json.dumps(EXPERIMENT))
        self.run_command(self.prefix / "bin/descent", "run", "small.json", "--save-weights")
        printed = self.run_command(self.build / "predict", "small.json", "results/small")
        predicted = [float(word) for word in re.findall(r"^ *(\d\S*)$", printed, re.MULTILINE)]
        recorded = numpy.exp(numpy.load(next(self.folder.glob("results/small/parts/*/predictions.npy")))[0, 0])
        self.assertEqual(len(predicted), 10)
        self.assertLess(abs(numpy.array(predicted) - recorded).max(), 1e-4, printed)  # four digits are printed

    def test_train_learns_a_sine(self):
        lines = self.run_command(self.build / "train").split("\n")
        self.assertLess(float(lines[5].split()[1]), 1e-2)

    def test_installed_headers_include_only_installed_headers(self):
        headers = list((self.prefix / "include").rglob("*.h"))
        self.assertGreater(len(headers), 20)
        for header in headers:
            for name in re.findall(r'#include "(.*)"', header.read_text()):
                self.assertTrue((self.prefix / "include" / name).exists(), f"{header}: {name}")

    def test_a_missing_libtorch_is_an_error(self):
        printed = self.run_command(*self.configure("-DLIBTORCH_ROOT=/nowhere"), status=1)
        self.assertIn("LibTorch is not in /nowhere: give -DTorch_DIR=", printed)

    def test_readme_shows_the_programs(self):
        readme = (HERE.parent.parent / "README.md").read_text()
        for name in "predict.cpp", "train.cpp", "CMakeLists.txt":
            self.assertIn((HERE / name).read_text(), readme, name)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]])
