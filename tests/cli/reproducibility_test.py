#!/usr/bin/env python3
"""The same file gives the same bytes on the same machine, and additions to a sweep change no number of its runs.
Usage: reproducibility_test.py DESCENT"""
import os, shutil, subprocess

from trial import Trial, main


class Reproducibility(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json", "--jobs", "1")
        self.first = self.csvs()

    def expect_the_same_bytes(self, *words, environment=None, cwd=None):
        self.descent("run", self.folder / "x.json", "--out", self.folder / "again", *words, cwd=cwd or self.folder,
                     env=environment)
        self.assertEqual(self.csvs("again/trial"), self.first)
        shutil.rmtree(self.folder / "again")

    def test_the_number_of_jobs_changes_no_byte(self):
        for jobs in (2, 3):
            self.expect_the_same_bytes("--jobs", jobs)

    def test_the_locale_changes_no_byte(self):
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
        names = [name for name in known if name.lower() in ("de_de.utf8", "de_de.utf-8", "c.utf8", "c.utf-8")]
        for name in names or ["POSIX"]:
            self.expect_the_same_bytes(environment={**os.environ, "LC_ALL": name})

    def test_environment_variables_change_no_byte(self):
        self.expect_the_same_bytes(environment={"TZ": "Asia/Kathmandu", "TERM": "xterm", "LANG": "tr_TR.UTF-8"})

    def test_the_working_directory_changes_no_byte(self):
        self.expect_the_same_bytes(cwd="/")

    def rows_by_run(self, name, results):
        found = {}
        for row in self.rows(name, results):
            found.setdefault(row["run"], []).append(row)
        return found

    def expect_the_same_runs(self, *words):
        """A sweep that `words` enlarge contains the rows of the original sweep."""
        self.descent("run", "x.json", "--out", "large", *words)
        for name in ("curves.csv", "summary.csv"):
            before, after = (self.rows_by_run(name, results) for results in ("results/trial", "large/trial"))
            self.assertEqual(len(before), 8)
            self.assertGreater(len(after), 8)
            for run, rows in before.items():
                self.assertEqual(after[run], rows)

    def test_more_seeds_change_no_number(self):
        self.expect_the_same_runs("--seeds", "6")

    def test_more_values_of_a_factor_change_no_number(self):
        self.expect_the_same_runs("--sweep", "model.width=4,8,16,70")

    def curves(self, *words, out):
        """The measurements in curves.csv by (width, seed, step)."""
        self.descent("run", "x.json", "--out", out, *words)
        rows = self.rows("curves.csv", out + "/trial")
        self.assertGreater(len(rows), 8)
        return {(row.pop("model.width"), row.pop("seed"), row.pop("step")): row for row in rows}

    def test_more_evaluations_change_no_number(self):
        few = self.curves(out="few")
        many = self.curves("--set", 'train.evaluate={"every_steps": 5}', out="many")
        self.assertGreater(len(many), len(few))
        for key, row in few.items():
            self.assertEqual({**many[key], "run": ""}, {**row, "run": ""}, key)

    def test_the_evaluated_splits_change_no_number_of_other_splits(self):
        every = self.curves(out="every")
        one = self.curves("--set", 'train.evaluate={"splits": ["test"]}', out="one")
        for key, row in one.items():
            for column in ("test_loss", "test_error", "weight_norm", "gradient_norm"):
                self.assertEqual(row[column], every[key][column], (key, column))


if __name__ == "__main__":
    main()
