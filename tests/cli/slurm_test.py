#!/usr/bin/env python3
"""Job arrays on a Slurm of one machine, started by slurm-one-box: what is killed resumes, and every byte is that of a
local run. Usage: slurm_test.py DESCENT"""
import json, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, time, unittest

from trial import DESCENT, Trial

ONE_BOX = pathlib.Path(__file__).with_name("slurm-one-box")
EXPERIMENT = """{
  "name": "trial", "seeds": 3, "checkpoint_seconds": 0.1,
  "data": {"name": "mnist1d", "train_size": 1000, "label_noise": 0.1},
  "model": {"width": 8, "depth": 2, "norm": "batch", "dropout": 0.1},
  "train": {"batch_size": 50, "epochs": EPOCHS, "evaluate": {"every_epochs": 5}},
  "sweep": {"model.width": [8, 40]},
  "claims": [{"says": "More units help", "that": "final_test_error(width=40) < final_test_error(width=8) + 0.5"}]
}
"""


def slurm(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def free_port():
    """One of two: slurm-one-box takes the next one too."""
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

    def write(self, epochs):
        (self.folder / "x.json").write_text(EXPERIMENT.replace("EPOCHS", str(epochs)))

    def csvs(self, results="results/trial"):
        return {name: (self.folder / results / name).read_bytes() for name in ("curves.csv", "summary.csv", "points.csv")}

    def whole(self):
        self.descent("run", "x.json", "--out", "whole")
        return self.csvs("whole/trial")

    def wait(self, what, seconds=90):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end, slurm("squeue", "--array"))
            time.sleep(0.1)

    def wait_for_the_queue(self):
        self.wait(lambda: not slurm("squeue", "--noheader"))

    def status(self):
        return json.loads(self.descent("status", "x.json", "--json").stdout)

    def states(self):
        return {shard["shard"]: shard["state"] for shard in self.status()["slurm"]["shards"]}

    def logs(self, pattern):
        return "".join(log.read_text() for log in sorted((self.folder / "results/trial/slurm").glob(pattern)))

    def test_an_array_trains_what_a_local_run_trains(self):
        shown = self.descent("slurm", "x.json", "--array", "3", "--dry-run", "--time", "10", "--sbatch", "--nice").stdout
        self.assertIn("#SBATCH --signal=B:USR1@60\n#SBATCH --cpus-per-task=1\n#SBATCH --time=10\n#SBATCH --nice\n", shown)
        self.assertFalse((self.folder / "results").exists())
        done = self.descent("slurm", "x.json", "--array", "3", "--mem", "100")
        self.assertRegex(done.stdout, r"^trial: 6 of 6 runs in 3 tasks of 1 core; about 0:0\d for the longest, \S+ core "
                                      r"hours in all\ntrial: submitted Slurm job \d+, shards 1-3; then job \d+: merge, verify")
        self.wait_for_the_queue()
        self.assertEqual(self.csvs(), self.whole())
        self.assertEqual(self.states(), {1: "done", 2: "done", 3: "done"})
        self.assertIn("trial: 1 claim: holds", self.logs("*[0-9].log"))
        self.assertEqual(self.descent("slurm", "x.json").stdout, "trial: all 6 runs are finished, nothing to submit\n")

    def test_the_number_of_tasks_follows_from_the_time(self):
        self.write(200_000)
        done = self.descent("slurm", "x.json", "--dry-run", "--time", "1:00")
        self.assertRegex(done.stdout, r"^trial: 6 of 6 runs in [2-6] tasks of 1 core; about \d?\d:\d\d for the longest")

    def test_what_cannot_be_submitted_is_an_error(self):
        self.assertEqual(self.descent("slurm", "x.json", "--gpus", "1", status=2).stderr,
                         "x.json: device: --gpus: trains on the cpu; add --device cuda\n")
        self.assertIn('--time "1h": must be minutes, hours:minutes:seconds or days-hours, as sbatch takes them',
                      self.descent("slurm", "x.json", "--time", "1h", status=2).stderr)
        self.assertIn("descent: sbatch failed: ",
                      self.descent("slurm", "x.json", "--array", "2", "--partition", "none", status=1).stderr)
        done = self.descent("slurm", "x.json", "--array", "2", status=1, env={"PATH": "/nowhere"})
        self.assertEqual(done.stderr, "descent: sbatch: not found; this is no machine of a Slurm cluster\n")

    def test_srun_alone_trains_the_shards(self):
        slurm("srun", f"--chdir={self.folder}", "--ntasks=3", "bash", "-c",
              f"exec {DESCENT} run x.json --shard $((SLURM_PROCID + 1))/3 --jobs 1")
        self.assertEqual(self.csvs(), self.whole())

    def test_what_is_killed_resumes(self):
        self.write(8000)
        expected = self.whole()
        self.descent("slurm", "x.json", "--array", "3")
        checkpoints = self.folder / "results/trial/checkpoints"
        self.wait(lambda: len(list(checkpoints.glob("*"))) >= 3)
        status = self.status()
        job = status["slurm"]["jobs"][0]
        process = {shard: text.split()[0] for shard in (1, 2, 3) for text in status["processes"]
                   if text.endswith(f" on {os.uname().nodename} (Slurm job {job}_{shard})")}
        self.assertEqual(self.states(), {1: "running", 2: "running", 3: "running"})

        # An array that runs is neither changed nor doubled.
        self.write(8001)
        self.assertEqual(self.descent("slurm", "x.json", status=1).stderr,
                         f"descent: results/trial: Slurm job {job} trains another version of this experiment; wait for "
                         f"it, or cancel it (scancel {job}) and submit again\n")
        self.write(8000)
        self.assertIn("has 3 shards; use --array 3", self.descent("slurm", "x.json", "--array", "2", status=1).stderr)
        self.assertEqual(self.descent("slurm", "x.json").stdout,
                         f"trial: what is missing is in the queue already: Slurm job {job}\n")

        # Tasks outlive slurmd.
        slurmd = int((self.box / "run/slurmd.own").read_text().split()[0])
        os.kill(slurmd, signal.SIGKILL)
        self.wait(lambda: not pathlib.Path(f"/proc/{slurmd}/exe").exists())
        self.start_daemons()
        self.assertEqual(self.states(), {1: "running", 2: "running", 3: "running"})

        # What Slurm sends ahead of the time limit; kill -9 and scancel of others.
        slurm("scancel", "--batch", "--signal=USR1", f"{job}_3")
        os.kill(int(process[1]), signal.SIGKILL)
        slurm("scancel", f"{job}_2")
        self.wait(lambda: self.states() == {1: "failed", 2: "failed", 3: "pending"})
        self.assertRegex(self.descent("slurm", "x.json").stdout, r"in 2 tasks of 1 core.*\n.*submitted Slurm job \d+, "
                                                                 r"shards 1-2; then job")
        # Slurm keeps what is requeued for two minutes.
        slurm("scontrol", "update", f"jobid={job}_3", "starttime=now")
        self.wait_for_the_queue()
        self.assertEqual(self.csvs(), expected)
        self.assertEqual(self.states(), {1: "done", 2: "done", 3: "done"})
        self.assertRegex(self.logs(f"{job}_3.log"), r"(?s)descent: interrupted; .* 1 new\n$")
        self.assertGreater(self.status()["total"]["attempts"], 6)

    def test_what_slurm_requeues_or_preempts_resumes(self):
        self.write(8000)
        expected = self.whole()
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
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
