#!/usr/bin/env python3
"""The shards of a sweep give the bytes of the whole sweep, in one folder or several and in any order.
Usage: shards_test.py DESCENT"""
import itertools, json, os

from trial import Trial, main


class Shards(Trial):
    def setUp(self):
        super().setUp()
        self.descent("run", "x.json", "--out", "whole")
        self.whole = self.csvs("whole/trial")

    def test_shards_trained_in_any_order_equal_the_whole_sweep(self):
        for order in itertools.permutations((1, 2, 3)):
            out = "results" + "".join(map(str, order))
            for i in order:
                self.descent("run", "x.json", "--shard", f"{i}/3", "--out", out)
            self.assertEqual(self.csvs(out + "/trial"), self.whole, order)

    def test_shards_trained_at_the_same_time_in_one_folder_equal_the_whole_sweep(self):
        shards = [self.start("run", "x.json", "--shard", f"{i}/3") for i in (1, 2, 3)]
        for shard in shards:
            errors = shard.communicate(timeout=120)[1]
            self.assertEqual(shard.returncode, 0, errors)
        self.assertEqual(self.csvs(), self.whole)

    def test_merge_combines_the_shards_of_several_machines(self):
        for i in (1, 2, 3):
            self.descent("run", "x.json", "--shard", f"{i}/3", "--out", f"machine{i}", "--save-weights")
        others = ["machine3/trial", "machine1/trial"]
        self.descent("merge", "machine2/trial", *others)
        self.assertEqual(self.csvs("machine2/trial"), self.whole)
        again = self.descent("merge", "machine2/trial", *others)
        self.assertEqual(again.stderr, "machine3/trial: 0 new\nmachine1/trial: 0 new\n")
        self.assertEqual(self.csvs("machine2/trial"), self.whole)
        self.assertEqual(len(list((self.folder / "machine2/trial/checkpoints").glob("*.safetensors"))), 8)

    def test_the_runs_of_other_shards_count_as_missing(self):
        self.descent("run", "x.json", "--shard", "1/2")
        total = json.loads(self.descent("status", "results/trial", "--json").stdout)["total"]
        self.assertEqual(total["failed"], 0)
        self.assertEqual(total["done"] + total["missing"], 8)
        self.assertGreater(total["done"], 0)
        self.assertGreater(total["missing"], 0)

    def test_an_empty_shard_ends_at_once(self):
        for i in range(1, 40):
            done = self.descent("run", "x.json", "--shard", f"{i}/40")
            if done.stdout.endswith("0 new\n"):
                return
        self.fail("none of 39 shards is empty, though the sweep has 8 runs")

    def test_the_whole_sweep_is_refused_while_a_shard_trains(self):
        self.write(2000)
        shard = self.start("run", "x.json", "--shard", "1/2", "--jobs", "1")
        self.wait_for_file("attempts.jsonl", shard)
        done = self.descent("run", "x.json", status=1)
        self.assertEqual(done.stderr, f"descent: results/trial: process {shard.pid} on {os.uname().nodename} is training into this folder; "
                                      "wait for it, or choose another --out\n")

    def test_a_shard_beyond_the_last_one_is_an_error(self):
        self.assertEqual(self.descent("run", "x.json", "--shard", "4/3", status=2).stderr,
                         "--shard 4/3: must be i/n with i from 1 to n and n at most 10000, like 2/3\n")


if __name__ == "__main__":
    main()
