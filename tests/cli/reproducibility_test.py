#!/usr/bin/env python3
"""The same file on the same machine gives the same bytes, and what is added changes no number that was there.
Usage: reproducibility_test.py DESCENT"""
import os, shutil, subprocess, sys, unittest

from trial import Trial


class Reproducibility(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json", "--jobs", "1")
        self.first = self.csvs()

    def again(self, *words, environment=None, cwd=None):
        self.descent("run", self.folder / "x.json", "--out", self.folder / "again", *words, cwd=cwd or self.folder,
                     env=environment)
        self.assertEqual(self.csvs("again/trial"), self.first)

    def test_however_many_are_trained_at_once(self):
        for jobs in (2, 3):
            self.again("--jobs", jobs)
            shutil.rmtree(self.folder / "again")

    def test_in_every_locale(self):
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
        names = [name for name in known if name.lower() in ("de_de.utf8", "de_de.utf-8", "c.utf8", "c.utf-8")]
        for name in names or ["POSIX"]:
            self.again(environment={**os.environ, "LC_ALL": name})
            shutil.rmtree(self.folder / "again")

    def test_in_another_environment(self):
        self.again(environment={"TZ": "Asia/Kathmandu", "TERM": "xterm", "LANG": "tr_TR.UTF-8"})

    def test_from_another_working_directory(self):
        self.again(cwd="/")

    def same_runs(self, *words):
        """Widened by `words`, each run has the rows it had."""
        before = {name: self.rows(name=name) for name in ("curves.csv", "summary.csv")}
        self.descent("run", "x.json", "--out", "wide", *words)
        for name, runs in before.items():
            after = self.rows("wide/trial", name)
            self.assertGreater(len(after), len(runs), words)
            for run, lines in runs.items():
                self.assertEqual(after[run], lines)

    def test_seeds_that_are_added_change_no_number(self):
        self.same_runs("--seeds", "6")

    def test_factor_values_that_are_added_change_no_number(self):
        self.same_runs("--sweep", "model.width=4,8,16,70")

    def curves(self, *words, out):
        """(width, seed, step) -> the measurements of curves.csv, by column."""
        self.descent("run", "x.json", "--out", out, *words)
        lines = (self.folder / out / "trial/curves.csv").read_text().splitlines()
        names = lines[0].split(",")
        rows = [dict(zip(names, line.split(","))) for line in lines[1:]]
        return {(row.pop("model.width"), row.pop("seed"), row.pop("step")): row for row in rows}

    def test_evaluations_that_are_added_change_no_number(self):
        few = self.curves(out="few")
        many = self.curves("--set", 'train.evaluate={"every_steps": 5}', out="many")
        self.assertGreater(len(many), len(few))
        for key, row in few.items():
            self.assertEqual({**many[key], "run": ""}, {**row, "run": ""}, key)

    def test_splits_that_are_evaluated_change_no_other_number(self):
        every = self.curves(out="every")
        one = self.curves("--set", 'train.evaluate={"splits": ["test"]}', out="one")
        for key, row in one.items():
            for column in ("test_loss", "test_error", "weight_norm", "gradient_norm"):
                self.assertEqual(row[column], every[key][column], (key, column))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
