#!/usr/bin/env python3
"""Job arrays on a Slurm with one node (slurm-one-box): killed tasks resume, and the results equal those of a local run
byte for byte. Usage: slurm_test.py DESCENT"""
import json, os, pathlib, shutil, signal, socket, subprocess, tempfile

from trial import DESCENT, Trial, main

ONE_BOX = pathlib.Path(__file__).with_name("slurm-one-box")


def slurm(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def free_port():
    """A free port followed by another one, which slurm-one-box needs too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


class Slurm(Trial):
    experiment = """{
  "name": "trial", "seeds": 3, "checkpoint_seconds": 0.1,
  "data": {"name": "mnist1d", "train_size": 1000, "label_noise": 0.1},
  "model": {"width": 8, "depth": 2, "norm": "batch", "dropout": 0.1},
  "train": {"batch_size": 50, "epochs": EPOCHS, "evaluate": {"every_epochs": 5}},
  "sweep": {"model.width": [8, 40]},
  "claims": [{"says": "More units help", "that": "final_test_error(width=40) < final_test_error(width=8) + 0.5"}]
}
"""

    @classmethod
    def setUpClass(cls):
        cls.box = pathlib.Path(tempfile.mkdtemp(prefix="descent_slurm_"))
        cls.addClassCleanup(shutil.rmtree, cls.box, ignore_errors=True)
        os.environ.update(SLURM_ONE_BOX_DIR=str(cls.box), SLURM_ONE_BOX_PORT=str(free_port()), SLURM_ONE_BOX_CPUS="3",
                          SLURM_ONE_BOX_KILLWAIT="10", SLURM_CONF=str(cls.box / "slurm.conf"))
        cls.addClassCleanup(subprocess.run, [ONE_BOX, "stop"], stderr=subprocess.DEVNULL)
        cls.start_daemons()

    @staticmethod
    def start_daemons():
        subprocess.run([ONE_BOX, "start"], check=True, capture_output=True)

    def local_run(self):
        self.descent("run", "x.json", "--out", "whole")
        return self.csvs("whole/trial")

    def wait(self, condition):
        self.wait_until(condition, seconds=90, details=lambda: slurm("squeue", "--array"))

    def wait_for_the_queue(self):
        self.wait(lambda: not slurm("squeue", "--noheader"))

    def status(self):
        return json.loads(self.descent("status", "x.json", "--json").stdout)

    def states(self):
        return {shard["shard"]: shard["state"] for shard in self.status()["slurm"]["shards"]}

    def logs(self, pattern):
        return "".join(log.read_text() for log in sorted((self.folder / "results/trial/slurm").glob(pattern)))

    def test_an_array_equals_a_local_run(self):
        shown = self.descent("slurm", "x.json", "--array", "3", "--dry-run", "--time", "10", "--sbatch", "--nice").stdout
        self.assertIn("#SBATCH --signal=B:USR1@60\n#SBATCH --cpus-per-task=1\n#SBATCH --time=10\n#SBATCH --nice\n", shown)
        self.assertFalse((self.folder / "results").exists())
        done = self.descent("slurm", "x.json", "--array", "3", "--mem", "100")
        self.assertRegex(done.stdout, r"^trial: 6 of 6 runs in 3 tasks of 1 core; about 0:0\d for the longest, \S+ core "
                                      r"hours in all\ntrial: submitted Slurm job \d+, shards 1-3; then job \d+: merge, verify")
        self.wait_for_the_queue()
        self.assertEqual(self.csvs(), self.local_run())
        self.assertEqual(self.states(), {1: "done", 2: "done", 3: "done"})
        self.assertIn("trial: 1 claim: holds", self.logs("*[0-9].log"))
        self.assertEqual(self.descent("slurm", "x.json").stdout, "trial: all 6 runs are finished; nothing to submit\n")

    def test_the_time_limit_determines_the_number_of_tasks(self):
        self.write(200_000)
        done = self.descent("slurm", "x.json", "--dry-run", "--time", "1:00")
        self.assertRegex(done.stdout, r"^trial: 6 of 6 runs in [2-6] tasks of 1 core; about \d?\d:\d\d for the longest")

    def test_wrong_options_and_a_failing_sbatch_are_errors(self):
        self.assertEqual(self.descent("slurm", "x.json", "--gpus", "1", status=2).stderr,
                         "x.json: device: --gpus: the experiment trains on the cpu; add --device cuda\n")
        self.assertIn('--time "1h": must be minutes, hours:minutes:seconds or days-hours, as for sbatch',
                      self.descent("slurm", "x.json", "--time", "1h", status=2).stderr)
        self.assertIn("descent: sbatch failed: ",
                      self.descent("slurm", "x.json", "--array", "2", "--partition", "none", status=1).stderr)
        done = self.descent("slurm", "x.json", "--array", "2", status=1, env={"PATH": "/nowhere"})
        self.assertEqual(done.stderr, "descent: sbatch: not found; this machine does not belong to a Slurm cluster\n")

    def test_srun_can_train_the_shards_without_descent_slurm(self):
        slurm("srun", f"--chdir={self.folder}", "--ntasks=3", "bash", "-c",
              f"exec {DESCENT} run x.json --shard $((SLURM_PROCID + 1))/3 --jobs 1")
        self.assertEqual(self.csvs(), self.local_run())

    def test_killed_tasks_resume(self):
        self.write(8000)
        expected = self.local_run()
        self.descent("slurm", "x.json", "--array", "3")
        checkpoints = self.folder / "results/trial/checkpoints"
        self.wait(lambda: len(list(checkpoints.glob("*"))) >= 3)
        status = self.status()
        job = status["slurm"]["jobs"][0]
        process = {shard: text.split()[0] for shard in (1, 2, 3) for text in status["processes"]
                   if text.endswith(f" on {os.uname().nodename} (Slurm job {job}_{shard})")}
        self.assertEqual(self.states(), {1: "running", 2: "running", 3: "running"})

        # A running array is neither changed nor submitted twice.
        self.write(8001)
        self.assertEqual(self.descent("slurm", "x.json", status=1).stderr,
                         f"descent: results/trial: Slurm job {job} trains another version of this experiment; wait for "
                         f"it, or cancel it (scancel {job}) and submit again\n")
        self.write(8000)
        self.assertIn("has 3 shards; use --array 3", self.descent("slurm", "x.json", "--array", "2", status=1).stderr)
        self.assertEqual(self.descent("slurm", "x.json").stdout,
                         f"trial: all missing runs are already in the queue: Slurm job {job}\n")

        # Tasks survive the death of slurmd.
        slurmd = int((self.box / "run/slurmd.own").read_text().split()[0])
        os.kill(slurmd, signal.SIGKILL)
        self.wait(lambda: not pathlib.Path(f"/proc/{slurmd}/exe").exists())
        self.start_daemons()
        self.assertEqual(self.states(), {1: "running", 2: "running", 3: "running"})

        # Task 3 gets the signal that Slurm sends before the time limit, task 1 is killed, task 2 is cancelled.
        slurm("scancel", "--batch", "--signal=USR1", f"{job}_3")
        os.kill(int(process[1]), signal.SIGKILL)
        slurm("scancel", f"{job}_2")
        self.wait(lambda: self.states() == {1: "failed", 2: "failed", 3: "pending"})
        self.assertRegex(self.descent("slurm", "x.json").stdout, r"in 2 tasks of 1 core.*\n.*submitted Slurm job \d+, "
                                                                 r"shards 1-2; then job")
        # Slurm holds requeued tasks back for two minutes.
        slurm("scontrol", "update", f"jobid={job}_3", "starttime=now")
        self.wait_for_the_queue()
        self.assertEqual(self.csvs(), expected)
        self.assertEqual(self.states(), {1: "done", 2: "done", 3: "done"})
        self.assertRegex(self.logs(f"{job}_3.log"), r"(?s)descent: interrupted; .* 1 new\n$")
        self.assertGreater(self.status()["total"]["attempts"], 6)

    def test_requeued_and_preempted_tasks_resume(self):
        self.write(8000)
        expected = self.local_run()
        self.descent("slurm", "x.json", "--array", "2")
        checkpoints = self.folder / "results/trial/checkpoints"
        self.wait(lambda: len(list(checkpoints.glob("*"))) >= 2)
        job = self.status()["slurm"]["jobs"][0]
        slurm("scontrol", "requeue", f"{job}_1")
        self.wait(lambda: self.states() == {1: "pending", 2: "running"})
        slurm("sbatch", "--partition=urgent", "--cpus-per-task=3", "--output=/dev/null", "--wrap=sleep 1")
        self.wait(lambda: self.states() == {1: "pending", 2: "pending"})
        for task in (1, 2):
            slurm("scontrol", "update", f"jobid={job}_{task}", "starttime=now")
        self.wait_for_the_queue()
        self.assertEqual(self.csvs(), expected)
        for task in (1, 2):
            self.assertRegex(self.logs(f"{job}_{task}.log"), r"(?s)descent: interrupted; .* \d new\n$")


if __name__ == "__main__":
    main()
