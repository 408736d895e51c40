#!/usr/bin/env python3
"""What a shell, a daemon or a batch system gives a program: signals, streams, pipes, limits.
Usage: surroundings_test.py DESCENT"""
import json, os, resource, shutil, signal, subprocess, sys, time, unittest

from trial import DESCENT, Trial


class Surroundings(Trial):
    def wait_for_training(self, process):
        for _ in range(1200):
            if (self.folder / "results/trial/attempts.jsonl").exists():
                return
            self.assertIsNone(process.poll(), "the sweep ended")
            time.sleep(0.05)
        self.fail("no run was begun")

    def head(self, *words):
        """What `descent WORDS | head -1` prints on stderr, and its status."""
        process = subprocess.Popen(self.words(*words), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.stderr.close()
        return errors, process.wait()

    def test_signals_that_are_ignored_at_the_start_stay_ignored(self):
        self.write(100000)
        process = self.start("run", "x.json", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_for_training(process)
        process.send_signal(signal.SIGHUP)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 75)

    def test_closed_streams_are_not_taken_by_files(self):
        self.write(100000)
        for stream in range(3):
            process = subprocess.Popen(["sh", "-c", f'exec "$@" {stream}>&-', "sh", *self.words("run", "x.json")],
                                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(process.kill)
            self.wait_for_training(process)
            status = json.loads(self.descent("status", "x.json", "--json").stdout)
            self.assertEqual(status["processes"], [f"{process.pid} on {os.uname().nodename}"])
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{stream}"), "/dev/null")
            process.terminate()
            self.assertEqual(process.wait(60), 75)
            shutil.rmtree(self.folder / "results")

    def test_an_experiment_from_a_pipe_is_trained_from_a_file_only(self):
        text = (self.folder / "x.json").read_text()
        self.descent("validate", "/dev/stdin", input=text)
        for words in (("run",), ("verify", "--run")):
            done = self.descent(*words, "/dev/stdin", input=text, status=2)
            self.assertEqual(done.stderr, "/dev/stdin: can be read only once, and training reads an experiment twice: "
                                          "write it to a file first\n")
        self.assertFalse((self.folder / "results").exists())

    def test_a_reader_that_stops_early_is_no_fault(self):
        self.write(60)
        for _ in range(2):  # once by the training program, once by the shell program
            errors, status = self.head("run", "x.json", "--csv", "-")
            self.assertNotIn("standard output", errors)
            self.assertEqual(status, 0)
        for words in (("explain",), ("schema",), ("list", "--json"), ("table", "results/trial", "--json")):
            self.assertEqual(self.head(*words), ("", 0))

    def test_a_full_output_is_a_fault(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.words("explain"), stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr.count("cannot write to the standard output")), (1, 1))

    def test_a_limit_on_file_sizes_is_named_and_loses_nothing(self):
        self.descent("run", "x.json", "--out", "whole")
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))
        done = self.descent("run", "x.json", status=1, preexec_fn=limit)
        self.assertIn("File too large; a file may not become this large: raise the limit (ulimit -f)", done.stderr)
        self.descent("run", "x.json")
        self.assertEqual(self.csvs(), self.csvs("whole/trial"))

    def test_a_limit_on_open_files_is_named_and_loses_nothing(self):
        self.descent("run", "x.json", "--out", "whole")
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))
        done = self.descent("run", "x.json", status=1, preexec_fn=limit)
        self.assertIn("too many open files: raise the limit (ulimit -n)", done.stderr)
        self.descent("run", "x.json")
        self.assertEqual(self.csvs(), self.csvs("whole/trial"))

    def test_one_stack_is_not_estimated_to_train_beside_itself(self):
        estimate = self.descent("plan", "x.json", "--time", "--sweep", "width=8", "--jobs", "4")
        self.assertNotIn("at a time", estimate.stdout)

    def test_with_too_few_threads_fewer_workers_train(self):
        self.descent("run", "x.json", "--out", "whole")
        more = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))}
        if os.geteuid() == 0:  # who has no such limit: as nobody
            self.folder.chmod(0o777)
            more.update(user=65534, group=65534, extra_groups=[])
        done = self.descent("run", "x.json", "--jobs", "2", **more)
        self.assertIn("descent: only 0 of 2 threads could be started", done.stderr)
        self.assertEqual(self.csvs(), self.csvs("whole/trial"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
