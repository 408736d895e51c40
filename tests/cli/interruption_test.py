#!/usr/bin/env python3
"""Kills sweeps at random moments and restarts them until they are finished; the results must equal those of an
uninterrupted sweep byte for byte. Usage: interruption_test.py DESCENT KILLS     (KILLS by each of two signals)"""
import contextlib, os, random, shutil, signal, subprocess, sys, time

from trial import Trial, main

KILLS = int(sys.argv.pop(2))


class Interruption(Trial):
    experiment = """{
  "name": "trial", "seeds": 4,
  "data": {"name": "mnist1d", "train_size": 2000, "val_size": 500, "label_noise": 0.1},
  "model": {"width": 24, "depth": 2, "norm": "batch", "dropout": 0.1},
  "train": {"optimizer": {"name": "adam", "lr": 0.003}, "batch_size": 50, "epochs": 60,
            "early_stopping": {"monitor": "val_loss", "patience": 5, "stop": false}},
  "sweep": {"model.width": [8, 24, 70], "train.optimizer.lr": [0.001, 0.01]}
}
"""

    def command(self, out, jobs=2):
        return "run", "x.json", "--out", out, "--jobs", jobs, "--save-weights", "--checkpoint-seconds", "0.05"

    def contents(self, out):
        """The CSV files and the weights of every run; nothing else may be left among the weights."""
        weights = list((self.folder / out / "trial/checkpoints").iterdir())
        self.assertEqual({path.suffix for path in weights}, {".safetensors"})
        self.assertEqual(len(weights), 24)
        return self.csvs(f"{out}/trial") | {path.name: path.read_bytes() for path in weights}

    def interrupt(self, out, how, rng):
        """Starts the sweep and sends `how` at a random moment; returns False if the sweep was finished by then."""
        group = rng.random() < 0.5
        process = subprocess.Popen(self.words(*self.command(out, rng.choice([1, 2, 3]))), cwd=self.folder, text=True,
                                   start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(rng.uniform(0, 0.9))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how) if group else process.send_signal(how)
        _, errors = process.communicate(timeout=60)
        if how == signal.SIGTERM:
            # The signal ends the program before descent-train handles it; after that the exit status is 75.
            self.assertIn(process.returncode, (0, 75, -signal.SIGTERM), errors)
        return process.returncode != 0

    def expect_the_bytes_of_an_uninterrupted_sweep(self, how, seed):
        self.descent(*self.command("whole"))
        expected = self.contents("whole")
        rng, kills, sweeps = random.Random(seed), 0, 0
        while kills < KILLS:
            while kills < KILLS and self.interrupt("killed", how, rng):
                kills += 1
            self.descent(*self.command("killed"))
            found = self.contents("killed")
            different = [name for name in expected | found if found.get(name) != expected.get(name)]
            self.assertEqual(different, [], f"after {kills} kills")
            shutil.rmtree(self.folder / "killed")
            sweeps += 1
        print(f"{how.name}: {kills} kills in {sweeps} sweeps", flush=True)

    def test_sigkill_changes_no_byte_of_the_results(self):
        self.expect_the_bytes_of_an_uninterrupted_sweep(signal.SIGKILL, 1)

    def test_sigterm_changes_no_byte_of_the_results(self):
        self.expect_the_bytes_of_an_uninterrupted_sweep(signal.SIGTERM, 2)


if __name__ == "__main__":
    main()
