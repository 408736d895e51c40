#!/usr/bin/env python3
"""Signals, streams, pipes and limits that a program gets from a shell, a daemon or a batch system.
Usage: surroundings_test.py DESCENT"""
import json, os, resource, shutil, signal, subprocess

from trial import NOBODY, Trial, main


class Surroundings(Trial):
    def head(self, *words):
        """The errors and the exit status of descent in `descent WORDS | head -1`."""
        process = subprocess.Popen(self.words(*words), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.stderr.close()
        return errors, process.wait()

    def test_a_signal_ignored_at_the_start_stays_ignored(self):
        self.write(100000)
        process = self.start("run", "x.json", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_for_file("attempts.jsonl", process)
        process.send_signal(signal.SIGHUP)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 75)

    def test_a_closed_standard_stream_is_opened_as_dev_null(self):
        self.write(100000)
        for stream in range(3):
            process = subprocess.Popen(["sh", "-c", f'exec "$@" {stream}>&-', "sh", *self.words("run", "x.json")],
                                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(process.kill)
            self.wait_for_file("attempts.jsonl", process)
            status = json.loads(self.descent("status", "x.json", "--json").stdout)
            self.assertEqual(status["processes"], [f"{process.pid} on {os.uname().nodename}"])
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{stream}"), "/dev/null")
            process.terminate()
            self.assertEqual(process.wait(60), 75)
            shutil.rmtree(self.folder / "results")

    def test_an_experiment_from_a_pipe_can_be_validated_but_not_trained(self):
        text = (self.folder / "x.json").read_text()
        self.descent("validate", "/dev/stdin", input=text)
        for words in (("run",), ("verify", "--run")):
            done = self.descent(*words, "/dev/stdin", input=text, status=2)
            self.assertEqual(done.stderr, "/dev/stdin: can be read only once, but training reads the experiment twice; "
                                          "write it to a file first\n")
        self.assertFalse((self.folder / "results").exists())

    def test_a_reader_of_the_output_may_stop_early(self):
        self.write(60)
        for _ in range(2):  # once by the training program, once by the shell program
            errors, status = self.head("run", "x.json", "--csv", "-")
            self.assertNotIn("standard output", errors)
            self.assertEqual(status, 0)
        for words in (("explain",), ("schema",), ("list", "--json"), ("table", "results/trial", "--json")):
            self.assertEqual(self.head(*words), ("", 0))

    def test_an_error_names_the_exceeded_limit_and_the_next_start_completes_the_sweep(self):
        self.descent("run", "x.json", "--out", "whole")
        for limit, values, message in (
                (resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY),
                 "File too large; the file would exceed the size limit: raise it (ulimit -f)"),
                (resource.RLIMIT_NOFILE, (5, 5), "too many open files: raise the limit (ulimit -n)")):
            done = self.descent("run", "x.json", status=1, preexec_fn=lambda: resource.setrlimit(limit, values))
            self.assertIn(message, done.stderr)
            self.descent("run", "x.json")
            self.assertEqual(self.csvs(), self.csvs("whole/trial"))
            shutil.rmtree(self.folder / "results")

    def test_the_estimate_for_a_single_stack_does_not_mention_parallel_stacks(self):
        estimate = self.descent("plan", "x.json", "--time", "--sweep", "width=8", "--jobs", "4")
        self.assertNotIn("at a time", estimate.stdout)

    def test_a_limit_on_threads_reduces_the_number_of_jobs(self):
        self.descent("run", "x.json", "--out", "whole")
        more = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))}
        if os.geteuid() == 0:  # the limit does not apply to root
            self.folder.chmod(0o777)
            more |= NOBODY
        done = self.descent("run", "x.json", "--jobs", "2", **more)
        self.assertIn("descent: only 0 of 2 threads could be started", done.stderr)
        self.assertEqual(self.csvs(), self.csvs("whole/trial"))


if __name__ == "__main__":
    main()
