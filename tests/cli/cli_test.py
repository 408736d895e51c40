#!/usr/bin/env python3
"""Runs the real `descent` with rehearse_train instead of descent-train. Usage: cli_test.py DESCENT REHEARSE_TRAIN"""
import csv, json, os, pathlib, pty, shutil, subprocess, sys, time, unittest

from trial import DESCENT, Trial, main

REHEARSE = pathlib.Path(sys.argv.pop(2)).resolve()
EXPERIMENT = """{
  // two widths, two seeds
  "name": "trial", "seeds": 2,
  "data": {"name": "mnist1d"},
  "model": {"kind": "mlp", "width": 8, "depth": 1},
  "train": {"epochs": 1, "optimizer": {"name": "sgd", "lr": 0.1}},
  "sweep": {"model.width": [4, 8]}
}
"""
DATA = "mnist1d: 5000 examples, 40 features; 10 classes\n  classification; 4000 to train, 1000 to test (official test set)\n"


class Cli(Trial):
    experiment = EXPERIMENT

    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        shutil.copy(DESCENT, self.bin / "descent")
        shutil.copy(REHEARSE, self.bin / "descent-train")

    def words(self, *words):
        return [self.bin / "descent", *words]

    def stderr_of(self, *words, status=2, **more):
        return self.descent(*words, status=status, **more).stderr


class Run(Cli):
    def test_run_writes_the_csv_files_and_prints_the_points(self):
        done = self.descent("run", "x.json")
        self.assertEqual(done.stdout, "width  n  final_test_error\n"
                                      "    4  2     0.012 ± 0.050\n"
                                      "    8  2     0.012 ± 0.050\n"
                                      "\n4 of 4 runs, mean ± 95 % interval; {curves,summary,points}.csv in "
                                      "results/trial\n0 reused, 4 new\n")
        rows = self.rows("curves.csv")
        self.assertEqual([(r["model.width"], r["seed"], r["step"]) for r in rows],
                         [(w, s, t) for w in "48" for s in "01" for t in ("0", "40")])

    def test_a_finished_sweep_is_not_trained_again(self):
        self.descent("run", "x.json")
        first = self.csvs()
        (self.bin / "descent-train").unlink()
        done = self.descent("run", "x.json")
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.csvs(), first)

    def test_added_seeds_are_trained_alone(self):
        self.descent("run", "x.json")
        done = self.descent("run", "x.json", "--seeds", "3")
        self.assertEqual(done.stderr, "rehearsed 1 runs\n" * 2)
        self.descent("run", "x.json", "--seeds", "3", "--out", "fresh")
        self.assertEqual(self.csvs(), self.csvs("fresh/trial"))

    def test_run_passes_all_options_to_the_training_program(self):
        self.descent("run", "x.json", "--set", "name=other", "--sweep", "model.width=2", "--seeds", "[7]",
                     "--jobs", "1", "--save-weights", "--fail-fast", "--no-color", "--out", "deep/er")
        rows = self.rows("summary.csv", "deep/er/other")
        self.assertEqual([(r["model.width"], r["seed"]) for r in rows], [("2", "7")])

    def test_run_writes_the_curves_to_stdout(self):
        for _ in range(2):  # once by the training program, once by the shell program
            done = self.descent("run", "x.json", "--csv", "-")
            self.assertEqual(done.stdout.encode(), self.csvs()["curves.csv"])
            self.assertIn("4 of 4 runs", done.stderr)

    def test_a_damaged_part_is_set_aside_and_trained_again(self):
        self.descent("run", "x.json")
        first = self.csvs()
        part = next((self.folder / "results/trial/parts").iterdir())
        (part / "curves.csv").write_bytes(b"")
        self.assertEqual(self.stderr_of("run", "x.json", status=0),
                         f"results/trial/parts/{part.name}: damaged (the checksum of curves.csv is wrong); "
                         f"renamed to {part.name}.damaged, its runs count as missing\nrehearsed 2 runs\n")
        self.assertEqual(self.csvs(), first)

    def test_a_changed_plan_updates_the_manifest(self):
        self.descent("run", "x.json", "--seeds", "3")
        self.descent("run", "x.json")
        self.assertEqual(json.loads((self.folder / "results/trial/manifest.json").read_text())["runs"], 4)

    def test_the_manifest_records_the_command_line(self):
        argv = lambda: json.loads((self.folder / "results/trial/manifest.json").read_text())["argv"]
        self.descent("run", "x.json", "--jobs", "1")
        self.assertEqual(argv(), [str(self.bin / "descent"), "run", "x.json", "--jobs", "1"])
        self.descent("verify", "--run", "x.json", "--seeds", "5")
        self.assertEqual(argv()[:3], ["descent", "run", "x.json"])

    def test_a_folder_without_results_is_left_alone(self):
        (self.folder / "results/trial").mkdir(parents=True)
        (self.folder / "results/trial/thesis.tex").write_text("mine")
        self.assertEqual(self.stderr_of("run", "x.json"),
                         "results/trial: exists and is not a results folder of descent; choose another "
                         "--out\n")
        self.assertEqual([f.name for f in (self.folder / "results/trial").iterdir()], ["thesis.tex"])

    def test_report_warns_about_claims_that_name_no_point_of_the_sweep(self):
        claim = '"claims": [{"says": "Wide ones learn", "that": "final_test_error(width=99) <= 1"}], '
        (self.folder / "x.json").write_text(EXPERIMENT.replace('"seeds": 2,', '"seeds": 2, ' + claim))
        self.descent("run", "x.json")
        done = self.descent("report", "results/trial", "--format", "vl", "--out", "charts")
        self.assertIn("warning: results/trial/experiment.json", done.stderr)
        self.assertIn("charts/trial/", done.stdout)

    def test_errors_are_events_if_progress_is_json(self):
        for words, event in ((("x.json", "--set", "model.widht=4"), {"path": "--set"}),
                             (("missing.json",), {"file": "missing.json"}),
                             (("x.json", "--jobs", "0"), {"message": "--jobs: Value 0 not in range 1 to 4096 (see --help)"}),
                             (("x.json", "--lager"), {})):
            with self.subTest(words=words):
                lines = self.stderr_of("run", "--progress", "json", *words).splitlines()
                self.assertGreater(len(lines), 0)
                for line in lines:
                    self.assertEqual(json.loads(line), json.loads(line) | event | {"event": "error"})

    def test_a_missing_training_program_is_named_in_the_error(self):
        (self.bin / "descent-train").unlink()
        self.assertEqual(self.stderr_of("run", "x.json", status=1, env={"PATH": "/usr/bin:/bin"}),
                         f"descent: descent-train is neither in {self.bin} nor in "
                         "PATH; build or install it\n")

    def test_the_training_program_is_found_in_the_path(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (self.bin / "descent-train").rename(elsewhere / "descent-train")
        self.descent("run", "x.json", env={"PATH": str(elsewhere)})

    def test_the_resolved_experiment_gives_the_same_results(self):
        self.descent("run", "x.json")
        self.descent("run", "results/trial/experiment.json", "--out", "again")
        self.assertEqual(self.csvs(), self.csvs("again/trial"))


class Readers(Cli):
    def test_table_takes_a_results_folder_or_an_experiment(self):
        self.descent("run", "x.json")
        of_folder = self.descent("table", "results/trial").stdout
        self.assertEqual(of_folder, self.descent("table", "x.json").stdout)
        self.assertIn("0.012 ± 0.050", of_folder)

    def test_table_as_json_contains_the_numbers_of_points_csv(self):
        self.descent("run", "x.json")
        points = json.loads(self.descent("table", "results/trial", "--json").stdout)
        rows = self.rows("points.csv")
        self.assertEqual(points[1]["point"], {"model.width": "8"})
        self.assertEqual(points[1]["final_test_error"]["high"], float(rows[1]["final_test_error_high"]))

    def test_table_selects_sorts_and_chooses_columns(self):
        self.descent("run", "x.json", "--sweep", "model.norm=none,batch")
        words = "table", "results/trial", "--where", "norm=batch", "--columns", "width,n,test_error,norm"
        self.assertEqual(self.descent(*words, "--sort", "width", "--descending").stdout,
                         "width  n  final_test_error   norm\n"
                         "    8  2     0.012 ± 0.050  batch\n"
                         "    4  2     0.012 ± 0.050  batch\n")
        self.assertEqual(self.descent("table", "results/trial:width=8", "--where", "norm=none", "--columns", "n").stdout,
                         "n\n2\n")

    def test_table_formats_csv_and_markdown(self):
        self.descent("run", "x.json")
        points = {row["model.width"]: row for row in self.rows("points.csv")}
        table = self.descent("table", "x.json", "--format", "csv", "--columns", "width,test_error").stdout
        rows = list(csv.DictReader(table.splitlines()))
        self.assertEqual(len(rows), 2)
        for row in rows:
            self.assertEqual(row, {key: points[row["model.width"]][key] for key in row})
        self.assertEqual(list(rows[0]), ["model.width", *(f"final_test_error_{part}" for part in ("mean", "sd", "low", "high"))])
        self.assertEqual(self.descent("table", "x.json", "--format", "markdown", "--columns", "width,n").stdout,
                         "| width | n |\n| ---: | ---: |\n| 4 | 2 |\n| 8 | 2 |\n")
        self.assertEqual(self.descent("table", "x.json", "--format", "json").stdout,
                         self.descent("table", "x.json", "--json").stdout)

    def test_table_refuses_unknown_names(self):
        self.descent("run", "x.json")
        self.assertIn('unknown column "final_test_eror"; did you mean "final_test_error"?',
                      self.stderr_of("table", "x.json", "--columns", "final_test_eror"))
        self.assertIn('unknown column "widht"; did you mean "width"?', self.stderr_of("table", "x.json", "--sort", "widht"))
        self.assertIn("widht", self.stderr_of("table", "x.json", "--where", "widht=4"))

    def test_table_plot_draws_a_column_against_a_factor(self):
        self.descent("run", "x.json", "--sweep", "width=4,8,16")
        self.assertIn(" width ", self.descent("table", "x.json", "--sweep", "width=4,8,16", "--plot", "--ascii").stdout)

    def test_an_error_in_a_plot_names_its_line_and_column(self):
        (self.folder / "x.json").write_text(EXPERIMENT.replace('"seeds": 2,', '"seeds": 2, "plots": [{"metric": "tst_loss"}],'))
        self.assertIn('x.json:3:53: plots[0].metric: unknown metric "tst_loss"; did you mean "test_loss"?',
                      self.stderr_of("validate", "x.json"))

    def test_table_refuses_a_folder_without_results(self):
        self.assertEqual(self.stderr_of("table", "bin"), "bin: not a results folder\n")

    def test_merge_restores_the_csv_files(self):
        self.descent("run", "x.json")
        first = self.csvs()
        for name in first:
            (self.folder / "results/trial" / name).unlink()
        self.descent("merge", "results/trial")
        self.assertEqual(self.csvs(), first)

    def test_merge_of_unfinished_results_fails_and_counts_the_runs(self):
        self.descent("run", "x.json")
        done = self.descent("merge", "x.json", "--seeds", "3", status=1)
        self.assertIn("\n4 of 6 runs, ", done.stdout)

    def test_merge_refuses_a_folder_without_results(self):
        self.descent("run", "x.json")
        self.assertEqual(self.stderr_of("merge", "results/trial", "bin"), "bin: not a results folder\n")

    def test_status_counts_done_and_missing_runs(self):
        self.assertTrue(self.descent("status", "x.json").stdout.endswith("0 of 4 runs finished; nothing is running\n"))
        self.descent("run", "x.json")
        done = self.descent("status", "results/trial", "--seeds", "3", "--json").stdout
        self.assertEqual([(p["done"], p["missing"]) for p in json.loads(done)["points"]], [(2, 1), (2, 1)])

    def test_status_watch_ends_when_all_runs_are_finished(self):
        self.descent("run", "x.json")
        self.assertTrue(self.descent("status", "x.json", "--watch").stdout.endswith("4 of 4 runs finished\n"))

    def test_prune_deletes_runs_that_the_experiment_no_longer_contains(self):
        self.descent("run", "x.json")
        first = self.csvs()
        done = self.descent("run", "x.json", "--set", "train.epochs=2")
        self.assertTrue(done.stdout.endswith("0 reused, 4 new; 4 stale runs in 2 parts: descent prune lists them\n"))
        self.assertTrue(done.stderr.startswith("train.epochs: 1 -> 2 changes 4 finished runs; their results stay until "
                                               "descent prune deletes them\n"), done.stderr)
        self.descent("run", "x.json")
        parts = self.folder / "results/trial/parts"
        before = set(parts.iterdir())
        listed = self.descent("prune", "results/trial").stdout
        self.assertIn("2 runs with model.depth=1, train.optimizer.lr=0.1, train.epochs=2: model.width=4 seed 0, 1\n", listed)
        self.assertTrue(listed.endswith("\n4 stale runs in 2 parts; --yes deletes them\n"))
        self.assertEqual(set(parts.iterdir()), before)
        self.descent("prune", "results/trial", "--yes")
        self.assertEqual(len(set(parts.iterdir())), 2)
        self.assertEqual(self.descent("prune", "results/trial", "--yes").stdout, "0 stale runs in 0 parts\n")
        self.descent("merge", "results/trial")
        self.assertEqual(self.csvs(), first)

    def test_best_names_the_best_point_and_those_that_do_not_differ_significantly(self):
        self.descent("run", "x.json")
        self.assertIn("there are no validation examples to select by", self.stderr_of("best", "x.json"))
        done = self.descent("best", "x.json", "--metric", "test_error", "--over", "width").stdout
        self.assertIn("\nbest: width=4, final_test_error 0.012 ± 0.050\nnot distinguishable from it: width=8\n\n", done)
        self.assertIn("Selected by the test examples, which is optimistic", done)
        rows = json.loads(self.descent("best", "x.json", "--metric", "test_error", "--json").stdout)
        self.assertEqual(rows[0]["chosen"], {"model.width": "4"})
        self.assertIn('unknown column "test_eror"; did you mean "test_error"?',
                      self.stderr_of("best", "x.json", "--metric", "test_eror"))
        self.assertIn("errors (1 - accuracy) are recorded", self.stderr_of("best", "x.json", "--metric", "accuracy"))
        self.assertIn("errors (1 - accuracy) are recorded",
                      self.stderr_of("compare", "x.json:width=4", "width=8", "--metric", "accuracy"))

    def test_plan_shows_points_runs_and_sizes(self):
        done = self.descent("plan", "x.json")
        self.assertEqual(done.stdout, DATA + "width  runs  parameters  steps  GFLOP per run\n"
                                      "    4     2         214     40        0.00352\n"
                                      "    8     2         418     40        0.00704\n"
                                      "trial: 2 points, 4 runs in 2 stacks, 0.0211 GFLOP of matrix "
                                      "products\n"
                                      "engine fused on cpu\n")

    def test_warnings_about_the_data_are_errors_with_strict(self):
        (self.folder / "t.csv").write_text("id,a,y\n" + "".join(f"{i},{i % 7},{i // 10}\n" for i in range(30)))
        words = ["x.json", "--set", 'data={"name": "csv", "path": "t.csv"}', "--set", "train.batch_size=10"]
        warning = 'column "id" numbers the rows; if it is an ID, name it in data.ignore\n'
        for command in "validate", "plan":
            done = self.descent(command, *words)
            self.assertEqual(done.stderr, f"x.json: data: warning: {warning}")
            self.assertIn("t.csv: 30 rows, 2 features (id, a); label y: 3 classes 0 (10), 1 (10), 2 (10)\n", done.stdout)
            done = self.descent(command, *words, "--strict", status=2)
            self.assertEqual(done.stderr.removeprefix("descent: "), f"x.json: data: {warning}")

    def test_layers_that_see_only_padding_are_errors_with_strict(self):
        words = ["x.json", "--layers", "--set", "sweep=null", "--set", 'model={"kind": "cnn", "strides": [40, 1, 1]}']
        warning = ("the feature map has one position after conv0, so that the next 2 convolutions see only padding "
                   "around it; use smaller strides\n")
        self.assertTrue(self.descent("plan", *words).stdout.endswith(f"\nwarning: {warning}"))
        done = self.descent("plan", *words, "--strict", status=2)
        self.assertEqual((done.stdout, done.stderr.removeprefix("descent: ")), ("", f"x.json: model: {warning}"))

    def test_plan_shows_the_engine_and_the_device(self):
        def engines(*words):
            return self.descent("plan", "x.json", *words).stdout.split("products\n")[1]
        self.assertEqual(engines("--engine", "torch"), "engine torch on cpu\n")
        self.assertEqual(engines("--device", "cuda:1"), "engine torch on cuda:1 (not fused: device cuda:1)\n")
        self.assertEqual(engines("--sweep", "precision=float32,bf16"),
                         "engine fused on cpu: 2 points\n"
                         "engine torch on cpu (not fused: precision bf16): 2 points\n")
        plan = json.loads(self.descent("plan", "x.json", "--json", "--device", "cuda").stdout)
        self.assertEqual({(point["engine"], point["device"]) for point in plan["points"]}, {("torch", "cuda")})

    def test_options_engine_and_device_equal_set(self):
        def plan(*words):
            return self.descent("plan", "x.json", "--json", *words).stdout
        self.assertEqual(plan("--engine", "torch", "--device", "cuda"),
                         plan("--set", "engine=torch", "--set", "device=cuda"))
        self.assertEqual(self.stderr_of("validate", "x.json", "--set", "device=cuda", "--engine", "fused"),
                         'command line: engine: the fused engine does not support device cuda; use "auto" or "torch"\n')

    def test_plan_as_json_contains_every_run_with_its_seeds(self):
        plan = json.loads(self.descent("plan", "x.json", "--json").stdout)
        runs = [run for point in plan["points"] for run in point["runs"]]
        self.assertEqual(len({run["hash"] for run in runs}), 4)
        self.assertEqual(runs[1]["seeds"]["init"], 1)
        self.assertEqual(runs[1]["seeds"], runs[3]["seeds"])
        self.assertEqual(sorted(sum(plan["stacks"], [])), sorted(run["run"] for run in runs))

    def test_plan_with_time_runs_the_training_program(self):
        plan = self.descent("plan", "x.json").stdout
        self.assertEqual(self.descent("plan", "x.json", "--time").stdout, plan + "rehearsed plan --time\n")

    def test_a_data_file_in_place_of_an_experiment_is_an_error(self):
        self.assertIn('t.csv: a table, not an experiment; write an experiment, such as table.json: '
                      '{"data": {"name": "csv", "path": "t.csv"}}\n', self.stderr_of("run", "t.csv"))

    def test_validate_reports_on_every_file(self):
        (self.folder / "bad.json").write_text(EXPERIMENT.replace('"width": 8', '"widht": 8'))
        done = self.descent("validate", "x.json", "bad.json", status=2)
        self.assertEqual(done.stdout, "x.json: valid, 2 points, 4 runs\n" + DATA)
        self.assertIn('bad.json:5:28: model: unknown key "widht"; did you mean "width"?', done.stderr)

    def test_validate_reports_problems_as_json(self):
        (self.folder / "bad.json").write_text(EXPERIMENT.replace('"width": 8', '"widht": 8'))
        done = self.descent("validate", "x.json", "bad.json", "--json", status=2)
        good, bad = json.loads(done.stdout)
        self.assertEqual(good, {"file": "x.json", "valid": True, "points": 2, "runs": 4, "data": [DATA.rstrip()],
                                "warnings": []})
        self.assertFalse(bad["valid"])
        problem = bad["problems"][0]
        self.assertEqual((problem["line"], problem["column"], problem["path"]), (5, 28, "model"))
        self.assertEqual(done.stderr, "")

    def test_the_resolved_experiment_that_plan_prints_resolves_to_itself(self):
        resolved = self.descent("plan", "x.json", "--resolved").stdout
        self.assertIn("optimizer", json.loads(resolved)["train"])
        (self.folder / "x.json").write_text(resolved)
        self.assertEqual(self.descent("plan", "x.json", "--resolved").stdout, resolved)

    def test_explain_and_list_print_text_or_json(self):
        self.assertIn("norm", self.descent("explain", "model.norm").stdout)
        keys = json.loads(self.descent("explain", "--json").stdout)
        self.assertIn("train.optimizer.lr", keys)
        topics = self.descent("list").stdout.split()
        for topic in topics:
            self.assertTrue(json.loads(self.descent("list", topic, "--json").stdout))
            self.assertTrue(self.descent("list", topic).stdout)
        self.assertEqual(sorted(json.loads(self.descent("list", "--json").stdout)), sorted(topics))

    def test_an_unknown_topic_of_list_names_the_nearest(self):
        self.assertIn('unknown topic "nroms"; did you mean "norms"?\n', self.stderr_of("list", "nroms"))

    def test_schema_is_json(self):
        self.assertIn("2020-12", json.loads(self.descent("schema").stdout)["$schema"])


class Shell(Cli):
    def test_help_of_every_command_has_an_example(self):
        commands = self.descent("complete", "--", "").stdout.split()
        self.assertIn("run", commands)
        for command in commands:
            self.assertIn("Example:\n  ", self.descent(command, "--help").stdout)

    def test_version_is_one_line(self):
        self.assertRegex(self.descent("--version").stdout, r"^descent \d+\.\d+\.\d+ \(\w+(-dirty)?\)\n$")

    def test_an_unknown_command_names_the_nearest(self):
        self.assertEqual(self.stderr_of("rnu"),
                         'unknown command "rnu"; did you mean "run"?\n')

    def test_an_unknown_option_names_the_nearest(self):
        self.assertEqual(self.stderr_of("run", "x.json", "--seed", "3"),
                         'descent run: unexpected "--seed"; did you mean "--seeds"? '
                         "(see descent run --help)\n")

    def test_wrong_options_exit_with_2_and_write_nothing(self):
        for words in [[], ["run"], ["run", "x.json", "--jobs", "0"], ["run", "x.json", "--csv", "file"],
                      ["run", "x.json", "--what"], ["completion", "tcsh"], ["run", "no.json"]]:
            done = self.descent(*words, status=2)
            self.assertNotEqual(done.stderr, "", words)
            self.assertEqual(done.stdout, "", words)
        self.assertFalse((self.folder / "results").exists())

    def test_a_closed_stdout_is_not_an_error(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(self.words("schema"), stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_a_stdout_that_cannot_be_written_is_an_error(self):
        for command in "schema", "explain":
            with open("/dev/full", "w") as full:
                done = subprocess.run(self.words(command), stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, done.stderr),
                             (1, "descent: cannot write to standard output: No space left on device\n"))

    def test_colors_need_a_terminal_that_supports_them(self):
        self.descent("run", "x.json")
        self.assertIn("\x1b[1m", self.on_terminal("table", "results/trial", TERM="xterm"))
        self.assertNotIn("\x1b", self.on_terminal("table", "results/trial", "--no-color", TERM="xterm"))
        self.assertNotIn("\x1b", self.on_terminal("table", "results/trial", TERM="xterm", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_terminal("table", "results/trial", TERM="dumb"))

    def on_terminal(self, *words, **environment):
        master, slave = pty.openpty()
        subprocess.run(self.words(*words), cwd=self.folder, stdout=slave, env=environment)
        os.close(slave)
        text = b""
        try:
            while chunk := os.read(master, 4096):
                text += chunk
        except OSError:
            pass  # Linux: the other end is closed
        os.close(master)
        return text.decode()

    def test_completion_offers_commands_options_keys_and_choices(self):
        def offers(*words):
            return self.descent("complete", "--", *words).stdout.split()
        self.assertEqual(offers("ex"), ["explain", "export"])
        self.assertEqual(offers("export", ""), ["model", "curves", "tensorboard"])
        self.assertEqual(offers("run", "x.json", "--sa"), ["--save-weights"])
        self.assertEqual(offers("run", "--set", "train.optimizer.l"), ["train.optimizer.lr="])
        self.assertEqual(offers("run", "--set", "model.norm.kind=b"), ["model.norm.kind=batch"])
        self.assertEqual(offers("run", "--sweep", "model.norm=none,l"), ["model.norm=none,layer"])
        self.assertEqual(offers("run", "--set", "model.norm.affine="),
                         ["model.norm.affine=true", "model.norm.affine=false"])
        self.assertEqual(offers("run", "--set", "device=c"), ["device=cpu", "device=cuda"])
        self.assertEqual(offers("run", "x.json", "--engine", "t"), ["torch"])
        self.assertIn("model.init", offers("explain", "model.in"))
        self.assertEqual(offers("list", "norms"), ["norms"])
        self.assertEqual(offers("completion", "z"), ["zsh"])
        self.assertEqual(offers("run", "x"), [])

    @unittest.skipUnless(shutil.which("bash"), "needs bash")
    def test_the_completion_script_works_in_bash(self):
        program = """eval "$(descent completion bash)"
compopt() { :; }
ask() { COMP_LINE=$1 COMP_POINT=${#1}; _descent; echo "${COMPREPLY[*]}"; }
ask 'descent pla'
ask 'descent run x.json --set model.norm.kind=b'
ask 'descent list norms'
"""
        done = subprocess.run(["bash", "-c", program], capture_output=True, text=True,
                              env={"PATH": f"{self.bin}:/usr/bin:/bin"})
        self.assertEqual(done.stdout.split("\n"), ["plan", "batch", "norms", ""], done.stderr)

    @unittest.skipUnless(shutil.which("fish"), "needs fish")
    def test_the_completion_script_works_in_fish(self):
        program = """descent completion fish | source
complete -C 'descent pla'
complete -C 'descent run x.json --set model.norm.kind=b'
complete -C 'descent run x.j'
"""
        done = subprocess.run(["fish", "-c", program], cwd=self.folder, capture_output=True, text=True,
                              env={"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.folder)})
        self.assertEqual(done.stdout, "plan\nmodel.norm.kind=batch\nx.json\n", done.stderr)

    @unittest.skipUnless(shutil.which("zsh"), "needs zsh")
    def test_the_completion_script_works_in_zsh(self):
        program = """compdef() { :; }; compadd() { print -r -- "$@"; }; _files() { print files; }
eval "$(descent completion zsh)"
words=(descent pla) CURRENT=2; _descent
words=(descent run x.json --set model.norm.affine=t) CURRENT=5; _descent
words=(descent run --set train.optimizer.l) CURRENT=4; _descent
words=(descent run '') CURRENT=3; _descent
"""
        done = subprocess.run(["zsh", "-f", "-c", program], capture_output=True, text=True,
                              env={"PATH": f"{self.bin}:/usr/bin:/bin"})
        self.assertEqual(done.stdout.split("\n"), ["-Q -- plan", "-Q -- model.norm.affine=true",
                                                   "-Q -S  -- train.optimizer.lr=", "files", ""], done.stderr)

    def test_commands_that_do_not_train_take_less_than_50_ms(self):
        for words in (["--help"], ["validate", "x.json"], ["plan", "x.json"]):
            times = []
            for _ in range(5):
                start = time.perf_counter()
                self.descent(*words)
                times.append(time.perf_counter() - start)
            self.assertLess(min(times), 0.05, words)


class Verify(Cli):
    def setUp(self):
        super().setUp()
        self.claim("final_test_error(width=4) == final_test_error(width=8)", "Width makes no difference", "A 2024")

    def claim(self, that, says="It holds", reference=""):
        """Appends a claim to x.json. The runs of seed s have the test error (s + 1) / 128."""
        text = (self.folder / "x.json").read_text().rstrip().removesuffix("}").rstrip().removesuffix("]")
        text += ", " if '"claims"' in text else ',\n  "claims": ['
        text += json.dumps({"says": says, "that": that, "reference": reference}) + "]\n}\n"
        (self.folder / "x.json").write_text(text)

    def test_a_claim_about_a_missing_point_is_a_warning_unless_it_is_judged(self):
        self.claim("final_test_error(width=4) < 1", "It learns")
        warning = "claims[1].that: no point has width=4 (one of 16): It learns\n"
        for command in (["plan"], ["run"]):
            done = self.descent(*command, "x.json", "--sweep", "width=16")
            self.assertTrue(done.stderr.startswith("warning: x.json:") and warning in done.stderr, done.stderr)
        self.assertIn("no point has width=4", self.stderr_of("validate", "x.json", "--sweep", "width=16"))
        self.assertIn("no point has width=4", self.stderr_of("verify", "x.json", "--sweep", "width=16"))
        self.assertEqual(self.descent("table", "x.json", "--sweep", "width=16").stderr, "")

    def test_verify_run_trains_missing_runs_and_prints_the_verdicts(self):
        done = self.descent("verify", "--run", "x.json")
        self.assertEqual(done.stdout, "verdict  measured [95 % interval]  margin  n  claim\n"
                                      "holds    0                           == 0  2  Width makes no difference\n\n"
                                      "trial: 1 claim: holds\n")
        self.assertIn("rehearsed 2 runs", done.stderr)
        again = self.descent("verify", "--run", "x.json")
        self.assertEqual((again.stdout, again.stderr), (done.stdout, ""))

    def test_the_verdicts_are_kept_in_the_results(self):
        output = json.loads(self.descent("verify", "--run", "--json", "x.json").stdout)
        kept = json.loads((self.folder / "results/trial/claims.json").read_text())
        self.assertEqual([kept], output)
        self.assertEqual((kept["experiment"], kept["holds"]), ("trial", 1))
        self.assertEqual(kept["claims"][0]["reference"], "A 2024")

    def test_verify_takes_a_results_folder(self):
        self.descent("run", "x.json")
        self.assertIn("1 claim: holds", self.descent("verify", "results/trial").stdout)
        self.assertEqual(self.stderr_of("verify", "--run", "results/trial"),
                         "results/trial: --run needs an experiment file; this is a folder\n")

    def test_a_failed_claim_exits_with_1(self):
        self.claim("final_test_error > 1", "Nothing is learned")
        done = self.descent("verify", "--run", "x.json", status=1)
        self.assertIn("2 claims: 1 holds, 1 fails", done.stdout)
        self.assertIn("Nothing is learned (width=4)", done.stdout)

    def test_an_undecided_claim_exits_with_1_only_with_strict(self):
        self.claim("final_test_error(width=4) < 0.015", "It is below the mean of 0.0117 and its interval")
        self.assertIn("1 undecided", self.descent("verify", "--run", "x.json").stdout)
        self.descent("verify", "--strict", "x.json", status=1)

    def test_verify_without_results_writes_nothing(self):
        self.assertIn("(4 of 4 runs missing)", self.descent("verify", "x.json").stdout)
        self.assertFalse((self.folder / "results").exists())

    def test_verify_sums_up_several_experiments(self):
        (self.folder / "y.json").write_text(EXPERIMENT.replace("trial", "other"))
        done = self.descent("verify", "--run", "x.json", "y.json", "--seeds", "3", "--jobs", "1")
        self.assertIn("trial: 1 claim: holds\n\nother: no claims\n\n2 experiments, 1 claim: holds\n", done.stdout)
        self.assertEqual(len(self.rows("summary.csv", "results/other")), 6)

    def test_option_references_prints_the_references(self):
        done = self.descent("verify", "--run", "--references", "x.json")
        self.assertIn("Width makes no difference [A 2024]\n", done.stdout)

    def test_an_error_in_a_claim_stops_commands_that_judge_it_before_anything_is_trained(self):
        self.claim("final_tets_error(width=4) > 0")
        for command in ["validate"], ["plan", "--strict"], ["run", "--strict"], ["verify", "--run"]:
            self.assertRegex(self.stderr_of(*command, "x.json"),
                             r'^x.json:8:\d+: claims\[1\].that: unknown column "final_tets_error"; did you mean '
                             r'"final_test_error"\?')
        self.assertFalse((self.folder / "results").exists())

    def test_an_error_in_a_claim_is_a_warning_for_commands_that_do_not_judge_it(self):
        self.claim("final_tets_error(width=4) > 0", "It errs")
        for command in ["plan"], ["run"]:
            self.assertRegex(self.descent(*command, "x.json").stderr,
                             r'^warning: x.json:8:\d+: claims\[1\].that: unknown column .*: It errs\n')
        self.assertTrue((self.folder / "results/trial/summary.csv").exists())

    def test_added_claims_change_no_run(self):
        self.descent("run", "x.json")
        first = self.csvs()
        self.claim("final_test_error > 0")
        self.assertEqual(self.descent("run", "x.json").stderr, "")
        self.assertEqual(self.csvs(), first)

    def test_verify_passes_a_signal_to_the_training_program(self):
        (self.bin / "descent-train").write_text("#!/bin/sh\ntrap 'exit 75' TERM\necho ready >&2\n"
                                                "while :; do sleep 0.05; done\n")
        process = self.start("verify", "--run", "x.json", program=self.bin / "descent")
        self.assertEqual(process.stderr.readline(), "ready\n")
        time.sleep(0.1)
        process.terminate()
        self.assertEqual(process.wait(timeout=20), 75)

    def test_explain_claims_describes_the_language(self):
        text = self.descent("explain", "claims").stdout
        for word in "says", "that", "argmax", "first width with", "on every seed", "undecided":
            self.assertIn(word, text)


class Compare(Cli):
    def test_compare_takes_two_points(self):
        self.descent("run", "x.json", "--seeds", "3")
        done = self.descent("compare", "results/trial:width=4", "width=8", "--seeds", "3")
        self.assertEqual(done.stdout, "final_test_error\nA  results/trial:width=4\nB  width=8\n\n"
                                      "n        A        B  A - B [95 % interval]  d_z\n"
                                      "3  0.01562  0.01562  0 [0, 0]                 -\n\n"
                                      "Paired over the n seeds that both have; d_z: mean / sd of the differences (Cohen).\n")

    def test_compare_takes_two_experiments_and_warns_about_many_comparisons(self):
        (self.folder / "y.json").write_text(EXPERIMENT.replace("trial", "other"))
        for file in "x.json", "y.json":
            self.descent("run", file)
        done = self.descent("compare", "x.json", "results/other")
        self.assertIn("width=4  2", done.stdout)
        self.assertIn("2 comparisons: at 95 % each, about 0.1 of the intervals miss", done.stdout)
        rows = json.loads(self.descent("compare", "x.json", "y.json", "--json").stdout)
        self.assertEqual([(row["where"], row["n"], row["difference"]) for row in rows],
                         [("width=4", 2, 0), ("width=8", 2, 0)])

    def test_compare_refuses_unknown_names(self):
        self.assertEqual(self.stderr_of("compare", "x.json:widht=4", "width=8"),
                         'final_test_error(widht=4): unknown factor "widht"; did you mean "width"? (one of width) (at '
                         'character 18)\n')
        self.assertIn("y.json", self.stderr_of("compare", "x.json", "y.json"))
        self.assertIn("tet_error", self.stderr_of("compare", "x.json:width=4", "width=8", "--metric", "tet_error"))


if __name__ == "__main__":
    main()
