#!/usr/bin/env python3
"""Shards of a sweep, in one folder or several, in any order: the bytes of the whole sweep. Usage: shards_test.py DESCENT"""
import itertools, json, os, sys, unittest

from trial import Trial


class Shards(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json", "--out", "whole")
        self.whole = self.csvs("whole/trial")

    def test_one_after_the_other_in_any_order_make_the_whole(self):
        for order in itertools.permutations((1, 2, 3)):
            out = "results" + "".join(map(str, order))
            for i in order:
                self.descent("run", "x.json", "--shard", f"{i}/3", "--out", out)
            self.assertEqual(self.csvs(out + "/trial"), self.whole, order)

    def test_at_the_same_time_in_one_folder_make_the_whole(self):
        shards = [self.start("run", "x.json", "--shard", f"{i}/3") for i in (1, 2, 3)]
        for shard in shards:
            self.assertEqual((shard.wait(timeout=120), ""), (0, shard.stderr.read() if shard.returncode else ""))
        self.assertEqual(self.csvs(), self.whole)

    def test_of_several_machines_are_merged(self):
        for i in (1, 2, 3):
            self.descent("run", "x.json", "--shard", f"{i}/3", "--out", f"machine{i}", "--save-weights")
        others = ["machine3/trial", "machine1/trial"]
        self.descent("merge", "machine2/trial", *others)
        self.assertEqual(self.csvs("machine2/trial"), self.whole)
        done = self.descent("merge", "machine2/trial", *others)  # what is seen twice counts once
        self.assertEqual(done.stderr, "machine3/trial: 0 new\nmachine1/trial: 0 new\n")
        self.assertEqual(self.csvs("machine2/trial"), self.whole)
        self.assertEqual(len(list((self.folder / "machine2/trial/checkpoints").glob("*.safetensors"))), 8)

    def test_leave_the_runs_of_others_missing(self):
        self.descent("run", "x.json", "--shard", "1/2")
        status = json.loads(self.descent("status", "results/trial", "--json").stdout)
        self.assertEqual(status["total"]["failed"], 0)
        self.assertEqual(status["total"]["done"] + status["total"]["missing"], 8)
        self.assertGreater(status["total"]["missing"], 0)

    def test_without_runs_are_done_at_once(self):
        for i in range(1, 40):
            done = self.descent("run", "x.json", "--shard", f"{i}/40")
            if done.stdout.endswith("0 new\n"):
                return
        self.fail("39 shards of 40 hold 8 runs")

    def test_exclude_the_whole_sweep_while_they_train(self):
        self.write(2000)
        shard = self.start("run", "x.json", "--shard", "1/2", "--jobs", "1")
        while not (self.folder / "results/trial/attempts.jsonl").exists():
            self.assertIsNone(shard.poll())
        done = self.descent("run", "x.json", status=1)
        self.assertEqual(done.stderr, f"descent: results/trial: process {shard.pid} on {os.uname().nodename} is training into this folder; "
                                      "wait for it, or choose another --out\n")

    def test_are_written_i_of_n(self):
        self.assertEqual(self.descent("run", "x.json", "--shard", "4/3", status=2).stderr,
                         "--shard 4/3: must be i/n with i from 1 to n and n at most 10000, like 2/3\n")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
