#!/usr/bin/env python3
"""Results folders that are moved, used by another experiment file, edited, or read after their data are deleted.
Usage: folders_test.py DESCENT"""
import json, random, shutil

from trial import Trial, main

OWN_DATA = {"name": "trial", "seeds": 4, "data": {"name": "csv", "path": "data/a.csv", "test_size": 20, "normalize": "standard"},
            "model": {"width": 4, "depth": 1}, "train": {"epochs": 3, "batch_size": 10},
            "claims": [{"says": "It learns.", "that": "final_test_error <= 1"}]}
READERS = (("table", "DIR", "--json"), ("status", "DIR", "--json"), ("verify", "DIR"), ("compare", "DIR", "DIR"),
           ("merge", "DIR"), ("prune", "DIR"), ("export", "model", "DIR", "--seed", "0", "--to", "DIR/network"))


class Folders(Trial):
    def results(self):
        return self.folder / "results/trial"

    def parts(self):
        return sorted((self.results() / "parts").iterdir())

    def run_on_a_csv_file(self):
        draw = random.Random(0)
        rows = "".join(f"{draw.gauss(0, 1)},{draw.gauss(0, 1)},{draw.choice('ab')}\n" for _ in range(60))
        (self.folder / "data").mkdir()
        (self.folder / "data/a.csv").write_text("x,y,label\n" + rows)
        (self.folder / "x.json").write_text(json.dumps(OWN_DATA))
        self.descent("run", "x.json", "--save-weights")

    def read_all(self, folder):
        """The output of every command that reads results."""
        return [self.descent(*(word.replace("DIR", str(folder)) for word in words)).stdout.replace(str(folder), "DIR")
                for words in READERS]

    def test_finished_results_can_be_read_without_their_data(self):
        self.run_on_a_csv_file()
        expected = self.read_all("results/trial")
        data = self.folder / "data/a.csv"
        text = data.read_text()
        for change in (lambda: data.write_text(text + "1,2,a\n"), data.unlink,
                       lambda: self.results().rename(self.folder / "kept")):
            change()
            folder = "results/trial" if self.results().exists() else "kept"
            self.assertEqual(self.read_all(folder), expected)
        project = self.folder / "elsewhere"
        project.mkdir()
        (self.folder / "kept").rename(project / "kept")
        self.assertEqual(self.read_all("elsewhere/kept"), expected)
        self.assertIn("no such file", self.descent("run", "x.json", status=2).stderr)

    def test_results_stay_valid_if_they_move_together_with_their_experiment_and_data(self):
        self.run_on_a_csv_file()
        before = self.csvs()
        project = self.folder / "moved"
        project.mkdir()
        for name in ("x.json", "data", "results"):
            (self.folder / name).rename(project / name)
        done = self.descent("run", "x.json", cwd=project)
        self.assertIn("4 reused, 0 new", done.stdout)
        self.assertEqual(self.csvs("moved/results/trial"), before)
        self.assertNotIn(str(self.folder), (project / "results/trial/experiment.json").read_text())

    def test_a_resolved_experiment_trains_only_on_unchanged_data(self):
        self.run_on_a_csv_file()
        shutil.rmtree(self.results() / "parts")
        resolved = self.results() / "experiment.json"
        self.assertIn("0 reused, 4 new", self.descent("run", resolved).stdout)
        shutil.rmtree(self.results() / "parts")
        with open(self.folder / "data/a.csv", "a") as file:
            file.write("1,2,a\n")
        done = self.descent("run", resolved, status=1)
        self.assertIn("a.csv: differs from the data of these results; train from the experiment file to use the new data",
                      done.stderr)

    def test_a_results_folder_belongs_to_one_experiment_file(self):
        for name, epochs in (("A", 1), ("B", 2)):
            (self.folder / name).mkdir()
            self.write(epochs)
            (self.folder / "x.json").rename(self.folder / name / "x.json")
        self.descent("run", "A/x.json")
        before = self.csvs()
        for words in (("run",), ("table",), ("status",), ("verify",), ("prune", "--yes"), ("merge",)):
            done = self.descent(*words, "B/x.json", status=2)
            self.assertEqual(done.stderr, f"B/x.json: results/trial contains results of another experiment file, "
                             f"{self.folder}/A/x.json; choose another folder with --out DIR or another name with --set "
                             "name=NAME, or, to use these results for B/x.json, remove "
                             "results/trial/experiment.json\n")
        self.assertEqual(self.csvs(), before)
        self.descent("run", "B/x.json", "--out", "others")
        self.descent("run", "B/x.json", "--set", "name=other")
        (self.results() / "experiment.json").unlink()
        self.assertIn("8 stale runs", self.descent("run", "B/x.json").stdout)
        self.assertIn("results of another", self.descent("run", "A/x.json", status=2).stderr)

    def test_a_renamed_or_linked_experiment_file_keeps_its_results(self):
        self.descent("run", "x.json")
        (self.folder / "x.json").rename(self.folder / "y.json")
        self.assertIn("8 reused, 0 new", self.descent("run", "y.json").stdout)
        (self.folder / "z.json").symlink_to("y.json")
        self.assertIn("8 reused, 0 new", self.descent("run", "z.json").stdout)

    def test_an_edited_resolved_experiment_is_refused_without_changing_anything(self):
        self.descent("run", "x.json")
        before, parts = self.csvs(), self.parts()
        path = self.results() / "experiment.json"
        text = path.read_text()
        path.write_text(text.replace('"epochs": 5', '"epochs": 4'))
        for words in (("merge",), ("prune", "--yes"), ("table",), ("status",), ("verify",)):
            done = self.descent(*words, "results/trial", status=2)
            self.assertEqual(done.stderr, "results/trial/experiment.json: $results: the file was modified after "
                             "Descent wrote it (wrong checksum): `descent run` with the original experiment file "
                             "restores it; to train a modified copy, remove this key\n")
        self.assertEqual((self.csvs(), self.parts()), (before, parts))
        self.descent("run", "x.json")
        self.assertEqual(path.read_text(), text)

    def test_experiment_json_and_manifest_json_are_neither_read_nor_written_through_links(self):
        self.descent("run", "x.json")
        kept = self.folder / "kept.json"
        for name in ("experiment.json", "manifest.json"):
            path = self.results() / name
            text = path.read_text()
            path.rename(kept)
            path.symlink_to(kept)
            if name == "experiment.json":
                done = self.descent("table", "results/trial", status=2)
                self.assertEqual(done.stderr, "results/trial/experiment.json: is not a regular file\n")
            kept.write_text(text + " ")
            self.descent("run", "x.json")
            self.assertFalse(path.is_symlink())
            self.assertEqual(kept.read_text(), text + " ")

    def test_prune_names_the_runs_and_refuses_to_delete_all_finished_ones(self):
        self.descent("run", "x.json")
        parts = self.parts()
        self.write(6)
        done = self.descent("prune", "x.json", "--yes", status=2)
        self.assertEqual(done.stderr, "results/trial: no run of the current experiment is finished, and --yes would "
                         "delete all 8 finished runs of earlier versions; train first, or remove the folder\n")
        self.assertEqual(self.parts(), parts)
        self.write(5)
        done = self.descent("prune", "x.json", "--set", "sweep={\"model.width\": [8]}", "--yes")
        self.assertRegex(done.stdout, "4 runs with .*train.epochs=5, .*: model.width=70 seed 0, 1, 2, 3\n")


if __name__ == "__main__":
    main()
