#!/usr/bin/env python3
"""Data-parallel runs over two processes of this machine. Usage: ranks_test.py DESCENT"""
import contextlib, json, os, signal, socket, subprocess, sys, time, unittest

from trial import DESCENT, Trial

EXPERIMENT = """{
  "name": "trial", "seeds": 2, "checkpoint_seconds": 0.05, "engine": "torch", "precision": "float64",
  "data": {"name": "mnist1d", "train_size": 1000, "val_size": 200},
  "model": {"width": 12, "depth": 2, "norm": {"kind": "batch"}, "dropout": 0.1},
  "train": {"optimizer": {"name": "sgd", "lr": 0.05}, "batch_size": 50, "epochs": EPOCHS,
            "early_stopping": {"monitor": "val_loss", "patience": 3, "stop": false}},
  "probes": ["weight_norm"]
}
"""


class Ranks(Trial):
    epochs = 3

    def write(self, epochs):
        (self.folder / "x.json").write_text(EXPERIMENT.replace("EPOCHS", str(epochs)))

    def csvs(self, results="results/trial"):
        return {name: (self.folder / results / name).read_bytes()
                for name in ("curves.csv", "summary.csv", "points.csv", "probes.csv")}

    def losses(self, results):
        head, *lines = (self.folder / results / "curves.csv").read_text().splitlines()
        columns = [i for i, name in enumerate(head.split(",")) if name.endswith(("_loss", "_error", "_norm"))]
        return [[float(line.split(",")[i] or 0) for i in columns] for line in lines]

    def agree(self, a, b, tolerance):
        a, b = self.losses(a), self.losses(b)
        self.assertEqual(len(a), len(b))
        return max(abs(x - y) for rows in zip(a, b) for x, y in zip(*rows)) < tolerance

    def others(self, process):
        """The other ranks that this one started."""
        return [int(pid) for pid in subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True,
                                                   text=True).stdout.split()]

    def kill_in_training(self, choose, how):
        process = self.start("run", "x.json", "--ranks", "2")
        end = time.monotonic() + 60
        while not (self.others(process) and list((self.folder / "results/trial/checkpoints").glob("*"))):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        other = self.others(process)[0]
        os.kill(choose(process.pid, other), how)
        killed = time.monotonic()
        errors = process.communicate(timeout=60)[1]
        while os.path.exists(f"/proc/{other}") and time.monotonic() < killed + 10:
            time.sleep(0.02)
        self.assertLess(time.monotonic() - killed, 10)
        self.assertFalse(os.path.exists(f"/proc/{other}"))
        return process.returncode, errors

    @contextlib.contextmanager
    def before_rank_1_joins(self):
        """Rank 0 and rank 1, which reads the experiment from a pipe and joins when this context ends."""
        text = (self.folder / "x.json").read_text()
        (self.folder / "x.json").unlink()
        pipes = [self.folder / "x.json", self.folder / "of_rank_1"]
        for pipe in pipes:
            os.mkfifo(pipe)
        process = self.start("run", "x.json", "--ranks", "2", program=DESCENT.parent / "descent-train")
        with open(pipes[0], "wb", buffering=0) as pipe:  # opens when rank 0 does
            os.rename(pipes[1], pipes[0])
            pipe.write(text.encode())
        with open(pipes[0], "wb", buffering=0) as pipe:
            yield process, self.others(process)[0]
            with contextlib.suppress(BrokenPipeError):  # it may be gone
                pipe.write(text.encode())
        pipes[0].unlink()
        pipes[0].write_text(text)

    def assert_interrupted(self, process, message=""):
        """Ends within seconds, before a step was taken; the same command resumes."""
        errors = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 75, errors)
        self.assertIn(message, errors)
        self.assertIn("descent: interrupted; 0 of 2 runs are finished and kept. Run the same command again to resume.\n",
                      errors)

    def resume(self):
        done = self.descent("run", "x.json", "--ranks", "2")
        self.descent("run", "x.json", "--ranks", "2", "--out", "whole")
        self.assertEqual(self.csvs(), self.csvs("whole/trial"))
        return done

    def test_two_ranks_train_what_groups_of_one_process_train(self):
        self.descent("run", "x.json", "--ranks", "2")
        self.descent("run", "x.json", "--set", "model.norm.statistics_groups=2", "--out", "groups")
        self.assertTrue(self.agree("results/trial", "groups/trial", 1e-9))

    def test_synchronized_ranks_train_what_one_process_trains(self):
        self.descent("run", "x.json", "--ranks", "2", "--set", "model.norm.synchronized=true")
        self.descent("run", "x.json", "--out", "alone")
        self.assertTrue(self.agree("results/trial", "alone/trial", 1e-9))
        self.descent("run", "x.json", "--ranks", "2", "--out", "own")
        self.assertFalse(self.agree("own/trial", "alone/trial", 1e-3))

    def test_one_sweep_holds_runs_of_several_world_sizes(self):
        self.descent("run", "x.json", "--sweep", "train.world_size=1,2")
        self.descent("run", "x.json", "--sweep", "train.world_size=1,2", "--out", "again", "--jobs", "1")
        self.assertEqual(self.csvs(), self.csvs("again/trial"))
        summary = (self.folder / "results/trial/summary.csv").read_text().splitlines()
        self.assertEqual(len(summary), 1 + 4)

    def test_ranks_of_torchrun_and_of_srun_meet(self):
        for name, variables in {"torchrun": lambda rank: {"RANK": rank, "WORLD_SIZE": 2, "LOCAL_RANK": rank},
                                "srun": lambda rank: {"SLURM_PROCID": rank, "SLURM_STEP_NUM_TASKS": 2,
                                                      "SLURM_LOCALID": rank, "SLURM_JOB_ID": os.getpid()}}.items():
            with self.subTest(name):
                port = 20000 + os.getpid() % 20000
                both = [self.start("run", "x.json", "--ranks", "2", "--out", name, env={
                    **os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                    **{key: str(value) for key, value in variables(rank).items()}}) for rank in (0, 1)]
                errors = [process.communicate(timeout=120)[1] for process in both]
                self.assertEqual([process.returncode for process in both], [0, 0], errors)
                self.assertEqual(errors[1], "")
                self.descent("run", "x.json", "--ranks", "2", "--out", "here")
                self.assertEqual(self.csvs(f"{name}/trial"), self.csvs("here/trial"))

    def test_ranks_that_nobody_asked_for_are_an_error(self):
        env = {**os.environ, "RANK": "0", "WORLD_SIZE": "4", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
        self.assertEqual(self.descent("run", "x.json", env=env, status=2).stderr,
                         "x.json: train.world_size: 4 ranks were started, but no run has the world size 4; add "
                         "--ranks 4\n")
        self.assertEqual(self.descent("run", "x.json", "--ranks", "3", status=2).stderr,
                         "command line: train.world_size: a batch of 50 cannot be split into 3 equal groups of at least 2 "
                         "examples\n")

    def test_a_killed_rank_ends_the_others_and_a_restart_resumes(self):
        self.write(100)
        status, errors = self.kill_in_training(lambda first, other: other, signal.SIGKILL)
        self.assertEqual(status, 75, errors)
        self.assertRegex(errors, r"descent: the connection to another rank is lost: .*\n(.*\n)*descent: rank 1 was ended "
                                 r"by signal 9 \(Killed\)\n(.*\n)*descent: interrupted; ")
        self.resume()

    def test_the_other_ranks_end_with_a_killed_rank_0(self):
        self.write(100)
        status, errors = self.kill_in_training(lambda first, other: first, signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.assertRegex(errors, "descent: rank 1: the connection to another rank is lost: ")
        self.resume()

    def test_rank_0_that_is_stopped_before_the_others_are_there_waits_no_longer(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = free.getsockname()
        process = self.start("run", "x.json", "--ranks", "2", env={
            **os.environ, "RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(place[1])})
        end = time.monotonic() + 60
        with socket.socket() as knock:
            while knock.connect_ex(place) != 0:  # until it waits for rank 1, which never comes
                self.assertIsNone(process.poll())
                self.assertLess(time.monotonic(), end)
                time.sleep(0.02)
        process.terminate()
        self.assert_interrupted(process, "descent: stopped before all ranks were there\n")
        self.resume()

    def test_a_signal_to_a_rank_that_has_not_joined_stops_all_when_it_has(self):
        with self.before_rank_1_joins() as (process, other):
            os.kill(other, signal.SIGTERM)
        self.assert_interrupted(process)
        self.resume()

    def test_a_rank_that_is_killed_before_it_joins_ends_rank_0(self):
        with self.before_rank_1_joins() as (process, other):
            os.kill(other, signal.SIGKILL)
            self.assert_interrupted(process, "descent: rank 1 was ended by signal 9 (Killed)\n")
        self.resume()

    def test_rank_0_that_is_stopped_ends_a_rank_that_has_not_joined(self):
        with self.before_rank_1_joins() as (process, other):
            process.terminate()
            self.assert_interrupted(process, "descent: stopped before all ranks were there\n")
            self.assertFalse(os.path.exists(f"/proc/{other}"))
        self.resume()

    def test_a_signal_to_one_rank_stops_all_at_the_same_step(self):
        self.write(100)
        status, errors = self.kill_in_training(lambda first, other: other, signal.SIGTERM)
        self.assertEqual(status, 75, errors)
        self.assertNotIn("lost", errors)
        self.resume()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
