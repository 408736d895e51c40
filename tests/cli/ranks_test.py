#!/usr/bin/env python3
"""Data-parallel runs with two processes on one machine. Usage: ranks_test.py DESCENT"""
import contextlib, os, signal, socket, subprocess, time

from trial import DESCENT, Trial, main


class Ranks(Trial):
    experiment = """{
  "name": "trial", "seeds": 2, "checkpoint_seconds": 0.05, "engine": "torch", "precision": "float64",
  "data": {"name": "mnist1d", "train_size": 1000, "val_size": 200},
  "model": {"width": 12, "depth": 2, "norm": {"kind": "batch"}, "dropout": 0.1},
  "train": {"optimizer": {"name": "sgd", "lr": 0.05}, "batch_size": 50, "epochs": EPOCHS,
            "early_stopping": {"monitor": "val_loss", "patience": 3, "stop": false}},
  "probes": ["weight_norm"]
}
"""
    epochs = 3

    def measurements(self, results):
        return [float(value or 0) for row in self.rows("curves.csv", results) for name, value in row.items()
                if name.endswith(("_loss", "_error", "_norm"))]

    def agree(self, a, b, tolerance):
        a, b = self.measurements(a), self.measurements(b)
        self.assertGreater(len(a), 0)
        return all(abs(x - y) < tolerance for x, y in zip(a, b, strict=True))

    def others(self, process):
        """The process ids of the ranks that `process` started."""
        return [int(pid) for pid in subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True,
                                                   text=True).stdout.split()]

    def kill_in_training(self, rank, how):
        """Sends the signal `how` to a rank; returns the exit status and the errors of rank 0."""
        process = self.start("run", "x.json", "--ranks", "2")
        self.wait_for_file("checkpoints/*", process)
        [other] = self.others(process)
        os.kill([process.pid, other][rank], how)
        end = time.monotonic() + 30  # seconds on an idle machine, far below the timeout of a lost host
        errors = process.communicate(timeout=30)[1]
        self.wait_until(lambda: not os.path.exists(f"/proc/{other}"), seconds=end - time.monotonic())
        return process.returncode, errors

    @contextlib.contextmanager
    def before_rank_1_joins(self):
        """Yields rank 0 and the process id of rank 1, which waits for the experiment from a pipe until the context ends."""
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
            with contextlib.suppress(BrokenPipeError):  # rank 1 may have ended
                pipe.write(text.encode())
        pipes[0].unlink()
        pipes[0].write_text(text)

    def assert_interrupted(self, process, message=""):
        """The process ends before the first step and says that the same command resumes."""
        errors = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 75, errors)
        self.assertIn(message, errors)
        self.assertIn("descent: interrupted; 0 of 2 runs are finished and kept. Run the same command again to resume.\n",
                      errors)

    def expect_resumed_runs_to_equal_uninterrupted_ones(self):
        self.descent("run", "x.json", "--ranks", "2")
        self.descent("run", "x.json", "--ranks", "2", "--out", "whole")
        self.assertEqual(self.csvs(), self.csvs("whole/trial"))

    def test_two_ranks_equal_one_process_with_two_statistics_groups(self):
        self.descent("run", "x.json", "--ranks", "2")
        self.descent("run", "x.json", "--set", "model.norm.statistics_groups=2", "--out", "groups")
        self.assertTrue(self.agree("results/trial", "groups/trial", 1e-9))

    def test_two_ranks_with_synchronized_norms_equal_one_process(self):
        self.descent("run", "x.json", "--ranks", "2", "--set", "model.norm.synchronized=true")
        self.descent("run", "x.json", "--out", "alone")
        self.assertTrue(self.agree("results/trial", "alone/trial", 1e-9))
        self.descent("run", "x.json", "--ranks", "2", "--out", "own")
        self.assertFalse(self.agree("own/trial", "alone/trial", 1e-3))

    def test_a_sweep_may_contain_several_world_sizes(self):
        self.descent("run", "x.json", "--sweep", "train.world_size=1,2")
        self.descent("run", "x.json", "--sweep", "train.world_size=1,2", "--out", "again", "--jobs", "1")
        self.assertEqual(self.csvs(), self.csvs("again/trial"))
        self.assertEqual(len(self.rows("summary.csv")), 4)

    def test_ranks_started_by_torchrun_or_srun_equal_those_of_descent(self):
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

    def test_a_wrong_number_of_ranks_is_an_error(self):
        env = {**os.environ, "RANK": "0", "WORLD_SIZE": "4", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
        self.assertEqual(self.descent("run", "x.json", env=env, status=2).stderr,
                         "x.json: train.world_size: 4 ranks were started, but no run has the world size 4; add "
                         "--ranks 4\n")
        self.assertEqual(self.descent("run", "x.json", "--ranks", "3", status=2).stderr,
                         "command line: train.world_size: a batch of 50 cannot be split into 3 equal groups of at least 2 "
                         "examples\n")

    def test_a_killed_rank_1_ends_rank_0(self):
        self.write(100)
        status, errors = self.kill_in_training(1, signal.SIGKILL)
        self.assertEqual(status, 75, errors)
        self.assertRegex(errors, r"descent: the connection to another rank is lost: .*\n(.*\n)*descent: rank 1 was ended "
                                 r"by signal 9 \(Killed\)\n(.*\n)*descent: interrupted; ")
        self.expect_resumed_runs_to_equal_uninterrupted_ones()

    def test_a_killed_rank_0_ends_rank_1(self):
        self.write(100)
        status, errors = self.kill_in_training(0, signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.assertRegex(errors, "descent: rank 1: the connection to another rank is lost: ")
        self.expect_resumed_runs_to_equal_uninterrupted_ones()

    def test_rank_0_can_be_stopped_while_it_waits_for_rank_1(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = free.getsockname()
        process = self.start("run", "x.json", "--ranks", "2", env={
            **os.environ, "RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(place[1])})
        with socket.socket() as client:
            self.wait_until(lambda: client.connect_ex(place) == 0, process)  # now it waits for rank 1
        process.terminate()
        self.assert_interrupted(process, "descent: stopped before all ranks had joined\n")
        self.expect_resumed_runs_to_equal_uninterrupted_ones()

    def test_a_signal_to_rank_1_before_it_joins_stops_both_when_it_joins(self):
        with self.before_rank_1_joins() as (process, other):
            os.kill(other, signal.SIGTERM)
        self.assert_interrupted(process)
        self.expect_resumed_runs_to_equal_uninterrupted_ones()

    def test_a_rank_1_killed_before_it_joins_ends_rank_0(self):
        with self.before_rank_1_joins() as (process, other):
            os.kill(other, signal.SIGKILL)
            self.assert_interrupted(process, "descent: rank 1 was ended by signal 9 (Killed)\n")
        self.expect_resumed_runs_to_equal_uninterrupted_ones()

    def test_a_stopped_rank_0_ends_a_rank_1_that_has_not_joined(self):
        with self.before_rank_1_joins() as (process, other):
            process.terminate()
            self.assert_interrupted(process, "descent: stopped before all ranks had joined\n")
            self.assertFalse(os.path.exists(f"/proc/{other}"))
        self.expect_resumed_runs_to_equal_uninterrupted_ones()

    def test_a_signal_to_one_rank_stops_both_at_the_same_step(self):
        self.write(100)
        status, errors = self.kill_in_training(1, signal.SIGTERM)
        self.assertEqual(status, 75, errors)
        self.assertNotIn("lost", errors)
        self.expect_resumed_runs_to_equal_uninterrupted_ones()


if __name__ == "__main__":
    main()
