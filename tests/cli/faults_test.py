#!/usr/bin/env python3
"""After a fault the message names the file and the remedy, finished runs are kept, and the next start completes the sweep.
Usage: faults_test.py DESCENT"""
import contextlib, json, os, resource, shutil, signal, subprocess, time

from trial import DESCENT, NOBODY, Trial, main

FAILED, INTERRUPTED = 1, 75


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


class Faults(Trial):
    epochs = 60

    def whole(self):
        """The CSV files of an undisturbed sweep."""
        if not hasattr(Faults, "expected"):
            self.descent("run", "x.json", "--out", "whole")
            Faults.expected = self.csvs("whole/trial")
        return Faults.expected

    def expect_completion(self, out="results"):
        self.descent("run", "x.json", "--out", out)
        self.assertEqual(self.csvs(f"{out}/trial"), self.whole())

    def mounted(self, options):
        """Mounts a small file system, or skips the test."""
        folder = self.folder / "mounted"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        if done.returncode:
            self.skipTest("cannot mount a file system: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", folder])
        return folder

    def interrupt(self):
        """Kills a sweep after its first checkpoint and returns that."""
        process = self.start("run", "x.json", "--checkpoint-seconds", "0", "--jobs", "1")
        checkpoint = self.wait_for_file("checkpoints/*.checkpoint", process)
        process.kill()
        process.wait()
        return checkpoint

    def test_a_full_disk_ends_the_sweep_and_keeps_finished_runs(self):
        disk = self.mounted("size=28k")
        done = self.descent("run", "x.json", "--out", disk, status=FAILED)
        self.assertIn("the disk is full (ENOSPC): free some space, then run the same command again", done.stderr)
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        self.expect_completion(disk)

    def test_a_run_larger_than_the_memory_is_refused_before_anything_is_written(self):
        done = self.descent("run", "x.json", "--set", "model.depth=80", "--sweep", "model.width=100000", status=2)
        self.assertIn("a run needs at least", done.stderr)
        self.assertIn("make the network, the batches or the data smaller", done.stderr)
        self.assertFalse((self.folder / "results").exists())

    def test_a_read_only_folder_is_named_in_the_error(self):
        disk = self.mounted("size=10m")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = self.descent("run", "x.json", "--out", disk, status=FAILED)
        self.assertIn(f"{disk}/trial: cannot be created (Read-only file system); choose another --out", done.stderr)

    def test_read_only_results_can_be_read(self):
        disk = self.mounted("size=10m")
        text = (self.folder / "x.json").read_text()
        claims = '{"claims": [{"says": "It learns.", "that": "final_test_error < 1"}],'
        (self.folder / "x.json").write_text(text.replace("{", claims, 1))
        self.descent("run", "x.json", "--out", disk)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        self.descent("table", disk / "trial")
        self.descent("status", disk / "trial")
        self.descent("compare", disk / "trial:width=8", "width=70")
        self.assertIn("1 claim: holds", self.descent("verify", disk / "trial").stdout)
        done = self.descent("run", "x.json", "--out", disk, status=FAILED)
        self.assertIn("Read-only file system", done.stderr)

    def test_a_sweep_whose_results_are_deleted_ends(self):
        process = self.start("run", "x.json", "--jobs", "1")
        self.wait_for_file("attempts.jsonl", process)
        shutil.rmtree(self.folder / "results/trial", ignore_errors=True)
        errors = process.communicate(timeout=120)[1]
        self.assertEqual(process.returncode, FAILED, errors)
        self.assertIn("its folder does not exist or was removed: create it, then run the same command again",
                      errors)
        self.expect_completion()

    def test_a_run_that_runs_out_of_memory_fails_alone(self):
        for engine in ("fused", "torch"):
            done = self.descent("run", "x.json", "--engine", engine, "--sweep", "model.width=8,16000", "--set",
                                "model.depth=3", "--seeds", "1", "--set", "ensemble.sizes=[1]", "--set",
                                "ensemble.of=points", "--set", "bias_variance=false", "--jobs", "2", "--out", engine,
                                status=FAILED, preexec_fn=limit_memory)
            self.assertIn("descent: 1 run failed: out of memory; run again with fewer --jobs", done.stderr)
            self.assertIn("1 of 2 runs", done.stdout)
            status = json.loads(self.descent("status", f"{engine}/trial", "--json").stdout)
            self.assertEqual((status["total"]["done"], status["total"]["failed"]), (1, 1))

    def test_a_damaged_part_is_set_aside_and_trained_again(self):
        expected = self.whole()
        for name in ("curves.csv", "summary.csv", "part.json"):
            for damage in (flip_a_bit, lambda path: os.truncate(path, path.stat().st_size // 2), os.unlink):
                self.descent("run", "x.json")
                part = min(p for p in (self.folder / "results/trial/parts").iterdir() if not p.suffix)
                damage(part / name)
                done = self.descent("run", "x.json")
                self.assertIn(f"{part.name}: damaged (", done.stderr)
                self.assertIn(f"renamed to {part.name}.damaged", done.stderr)
                self.assertEqual(self.csvs(), expected)

    def test_a_damaged_part_of_another_folder_is_not_merged(self):
        self.descent("run", "x.json", "--out", "other")
        part = min((self.folder / "other/trial/parts").iterdir())
        flip_a_bit(part / "curves.csv")
        self.descent("run", "x.json", "--shard", "1/40")
        done = self.descent("merge", "results/trial", "other/trial", status=FAILED)
        self.assertIn(f"{part.name}: damaged (", done.stderr)
        self.expect_completion()

    def test_a_damaged_checkpoint_is_set_aside_and_its_runs_start_again(self):
        for damage in (flip_a_bit, lambda path: os.truncate(path, path.stat().st_size - 1)):
            damage(self.interrupt())
            done = self.descent("run", "x.json")
            self.assertIn(".checkpoint.damaged, its runs start from the beginning", done.stderr)
            self.assertEqual(self.csvs(), self.whole())
            shutil.rmtree(self.folder / "results")

    def test_a_damaged_data_file_is_named_in_the_error(self):
        program = self.folder / "installed"
        shutil.copytree(DESCENT.parent.parent / "share", program / "share", symlinks=False)
        (program / "bin").mkdir()
        for name in ("descent", "descent-train"):
            shutil.copy(DESCENT.parent / name, program / "bin" / name)
        data = program / "share/descent/experiments/data/mnist1d/x_train.npy"
        for damage in (flip_a_bit, lambda path: os.truncate(path, 1000), os.unlink):
            damage(data)
            done = subprocess.run([program / "bin/descent", "run", "x.json"], cwd=self.folder, capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, FAILED, done.stderr)
            self.assertIn("x_train.npy", done.stderr)
        self.expect_completion()

    def test_an_unreadable_part_is_named_in_the_error(self):
        self.descent("run", "x.json")
        part = min((self.folder / "results/trial/parts").iterdir()) / "curves.csv"
        part.chmod(0)
        more = {}
        if os.geteuid() == 0:  # root may read everything
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY["user"], NOBODY["group"])
            more = NOBODY
        try:
            done = self.descent("run", "x.json", status=FAILED, **more)
        except PermissionError:
            self.skipTest("the user nobody may not start the program")
        self.assertIn("curves.csv: Permission denied; check the permissions of the file and its folder", done.stderr)

    def test_one_of_two_processes_started_at_once_trains(self):
        expected = self.whole()
        both = [self.start("run", "x.json") for _ in range(2)]
        ends = sorted((process.communicate(timeout=120)[1], process.returncode) for process in both)
        self.assertEqual(self.csvs(), expected)
        for errors, code in ends:  # the second one may start after the first one has ended
            self.assertTrue(code == 0 or "is training into this folder; wait for it" in errors, errors)
        self.assertIn(0, [code for _, code in ends])

    def test_a_killed_process_does_not_block_the_next_one(self):
        checkpoint = self.interrupt()
        status = json.loads(self.descent("status", "results/trial", "--json").stdout)
        self.assertGreater(status["total"]["interrupted"], 0)
        self.assertEqual((status["total"]["running"], status["processes"]), (0, []))
        self.expect_completion()
        self.assertFalse(checkpoint.exists())

    def test_status_shows_a_running_sweep(self):
        self.write(100000)
        process = self.start("run", "x.json", "--jobs", "1")
        self.wait_for_file("attempts.jsonl", process)
        status = json.loads(self.descent("status", "results/trial", "--json").stdout)
        self.assertEqual(status["processes"], [f"{process.pid} on {os.uname().nodename}"])
        self.assertGreater(status["total"]["running"], 0)

    def test_sigterm_ends_the_sweep_within_2_seconds_and_loses_nothing(self):
        process = self.start("run", "x.json", "--jobs", "1")
        self.wait_for_file("attempts.jsonl", process)
        process.send_signal(signal.SIGTERM)
        time.sleep(2)
        process.kill()
        self.assertEqual(process.wait(), INTERRUPTED)
        self.expect_completion()

    def test_sigterm_before_the_training_interrupts_it_too(self):
        read, write = os.pipe()
        os.set_blocking(write, False)
        with contextlib.suppress(BlockingIOError):  # fill the pipe: the program blocks at its first message
            while True:
                os.write(write, b"\n")
        os.set_blocking(write, True)
        process = subprocess.Popen(self.words("run", "x.json"), cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=write)
        os.close(write)
        self.wait_for_file("experiment.json", process)
        process.send_signal(signal.SIGTERM)
        with open(read) as errors:
            self.assertIn("interrupted; 0 of 8 runs are finished", errors.read())
        self.assertEqual(process.wait(), INTERRUPTED)

    def test_runs_whose_weights_are_missing_are_trained_again(self):
        self.descent("run", "x.json", "--save-weights")
        weights = sorted((self.folder / "results/trial/checkpoints").glob("*.safetensors"))
        self.assertEqual(len(weights), 8)
        before = {path: path.read_bytes() for path in weights}
        for path, data in before.items():
            about = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])["__metadata__"]
            self.assertEqual((about["experiment"], about["run"]), ("trial", path.stem))
            self.assertEqual(json.loads(about["architecture"])["norm.kind"], "batch")
            self.assertEqual(json.loads(about["classes"]), [str(k) for k in range(10)])
        for path in weights[::2]:
            path.unlink()
        done = self.descent("run", "x.json", "--save-weights")
        self.assertIn("4 reused, 4 new", done.stdout)
        self.assertIn("4 of 8 runs are reused\n4 finished runs are trained again, with the same results, since their "
                      "weights were not saved\n", done.stderr)
        self.assertEqual({path: path.read_bytes() for path in weights}, before)
        self.assertEqual(self.csvs(), self.whole())


if __name__ == "__main__":
    main()
