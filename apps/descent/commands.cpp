#include "descent/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace descent {
namespace {

void add_results_options(CLI::App& command, RunOptions& options) {
  add_override_options(command, options);
  add_out_option(command, options);
}

void add_target(CLI::App& command, RunOptions& options) {
  command.add_option("RESULTS", options.file, "a results folder, or an experiment file")->required()->type_name("");
  add_results_options(command, options);
  add_color_option(command, options);
}

void add_selected_target(CLI::App& command, RunOptions& options) {
  constexpr auto help = "a results folder, or an experiment file, with a selection after ':' as in claims";
  command.add_option("RESULTS", options.file, help)->required()->type_name("");
}

void add_where_option(CLI::App& command, RunOptions& options) {
  command.add_option("--where", options.where, "only these points, as in claims: norm=batch,width=8..64")
      ->type_name("SELECTION");
}

CLI::Option* add_words(CLI::App& command, CommandLine& line, const char* name, const char* help) {
  return command.add_option(name, line.words, help)->type_name("");
}

// "a,b,c"
CLI::Option* add_list(CLI::App& command, const char* name, std::vector<std::string>& values, const char* help) {
  return command.add_option(name, values, help)->delimiter(',')->allow_extra_args(false)->type_name("LIST");
}

void add_plot_options(CLI::App& command, RunOptions& options) {
  command.add_option("--metric", options.plotted, "what to draw, a column of curves.csv or summary.csv")
      ->type_name("COLUMN")
      ->default_str("test_error");
  command.add_option("--over", options.over, "what to draw it against: epoch, step, or a factor of numbers")
      ->type_name("NAME");
  command.add_flag("--ascii", options.ascii, "draw with characters that every terminal has");
}

void add_slurm_options(CLI::App& command, SlurmOptions& slurm) {
  constexpr std::int64_t most = 100'000;
  command.add_option("--array", slurm.shards, "number of tasks; default: from an estimate of the training time")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, plan::most_shards));
  command.add_option("--time", slurm.request.time, "time limit of a task, which continues in a new one")
      ->type_name("T")
      ->check([](const std::string& time) { return cluster::seconds_of(time), std::string(); });
  command.add_option("--partition", slurm.request.partition, "partition of the cluster")->type_name("P");
  command.add_option("--account", slurm.request.account, "account to charge")->type_name("A");
  command.add_option("--cpus-per-task", slurm.request.cpus, "cores, and runs at a time, of a task; default: 1")
      ->type_name("C")
      ->check(CLI::Range(std::int64_t{1}, most));
  command.add_option("--gpus", slurm.request.gpus, "GPUs of a task, for experiments with the device cuda")
      ->type_name("G")
      ->check(CLI::Range(std::int64_t{1}, most));
  command.add_option("--mem", slurm.request.mem, "memory of a task, such as 4G")->type_name("M");
  command.add_option("--sbatch", slurm.request.more, "more options of sbatch, in one word: '--qos=long'")
      ->type_name("OPTIONS");
  command.add_flag("--dry-run", slurm.dry_run, "show scripts and commands, submit nothing");
}

constexpr Command table[] = {
    {"run", "train the missing runs of an experiment and write its CSVs",
     "descent run experiments/quickstart.json --set train.epochs=20",
     [](CLI::App& command, CommandLine& line) {
       add_experiment_options(command, line);
       add_out_option(command, line);
       add_run_options(command, line);
     },
     run_experiment},
    {"validate", "check experiment files", "descent validate experiments/*.json",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "FILE", "experiments, JSON files")->required();
       add_override_options(command, line);
       add_json_option(command, line);
       add_strict_option(command, line);
     },
     validate},
    {"plan", "show points, runs and stacks without training", "descent plan experiments/quickstart.json --time",
     [](CLI::App& command, CommandLine& line) {
       add_experiment_options(command, line);
       add_plan_options(command, line);
     },
     show_plan},
    {"schema", "print the JSON Schema of experiments, for editors", "descent schema > experiment.schema.json",
     [](CLI::App&, CommandLine&) {}, show_schema},
    {"explain", "describe a key: meaning, default and choices; or a column of the results",
     "descent explain model.init",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "KEY", "a key, a section or a column; all keys when left out")->expected(0, 1);
       add_json_option(command, line);
     },
     explain},
    {"list", "list data sets, initializers, norms and other choices, and the columns of the results",
     "descent list initializers",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "TOPIC", "what to list; the topics when left out")->expected(0, 1);
       add_json_option(command, line);
     },
     list},
    {"status", "show how many runs are done, failed, interrupted, running or missing",
     "descent status results/quickstart --watch",
     [](CLI::App& command, CommandLine& line) {
       add_target(command, line);
       add_json_option(command, line);
       command.add_flag("--watch", line.watch, "refresh every two seconds until all runs are done");
     },
     show_status},
    {"table", "print the points of finished runs: n, mean and 95 % interval",
     "descent table results/quickstart --where norm=batch --sort test_error",
     [](CLI::App& command, CommandLine& line) {
       add_target(command, line);
       add_where_option(command, line);
       add_list(command, "--columns", line.columns, "factors, n, n_diverged and columns of summary.csv, in order");
       command.add_option("--sort", line.sort, "a column, the least first")->type_name("COLUMN");
       command.add_flag("--descending", line.descending, "the most first");
       command.add_option("--format", line.table_format, "text, csv, json, markdown")
           ->check(CLI::IsMember({"text", "csv", "json", "markdown"}))
           ->type_name("FORMAT")
           ->capture_default_str();
       add_json_option(command, line);
       command.add_flag("--plot", line.plot, "draw a column against a factor instead");
       add_plot_options(command, line);
     },
     show_table},
    {"plot", "draw learning curves, or a metric against a factor, in the terminal",
     "descent plot results/quickstart:norm=batch --over epoch",
     [](CLI::App& command, CommandLine& line) {
       add_selected_target(command, line);
       add_results_options(command, line);
       add_where_option(command, line);
       add_plot_options(command, line);
       add_color_option(command, line);
     },
     plot_results},
    {"verify", "test the claims of experiments on their results", "descent verify --run experiments/*.json",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "RESULTS", "results folders, or experiment files")->required();
       add_results_options(command, line);
       add_json_option(command, line);
       command.add_flag("--run", line.run, "train missing runs first");
       command.add_flag("--strict", line.strict, "undecided claims fail");
       command.add_flag("--references", line.references, "show paper and figure of each claim");
       add_jobs_option(command, line);
       add_color_option(command, line);
     },
     verify},
    {"compare", "compare two points, or two experiments point by point, over the seeds they share",
     "descent compare results/double_descent_width:width=48 width=256",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "A B",
                 "results or experiment, with a selection after ':' as in claims; B may be a selection alone")
           ->required()
           ->expected(2);
       command
           .add_option("--metric", line.metric,
                       "column of summary.csv, or test_error(epoch=10); default: the final test error, or loss")
           ->type_name("COLUMN");
       add_results_options(command, line);
       add_json_option(command, line);
       add_color_option(command, line);
     },
     compare},
    {"best", "the best point of a sweep, how sure that is, and the points that may be as good",
     "descent best results/weight_decay --over weight_decay",
     [](CLI::App& command, CommandLine& line) {
       add_target(command, line);
       command
           .add_option("--metric", line.metric,
                       "column of summary.csv that is smallest at the best; default: the validation error or loss")
           ->type_name("COLUMN");
       command.add_option("--over", line.over, "choose among the values of this factor, for each of the others")
           ->type_name("FACTOR");
       add_json_option(command, line);
     },
     show_best},
    {"report", "write a page with charts, claims and tables: report.html", "descent report results/quickstart",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "RESULTS", "results folders, or experiment files; several make one page")->required();
       add_results_options(command, line);
       command.add_option("--format", line.chart_format, "each chart as a file instead of the page: vl, svg, png")
           ->check(CLI::IsMember({"vl", "svg", "png"}))
           ->type_name("FORMAT");
     },
     write_report},
    {"export", "write a trained network for Python, C++ and ONNX, or curves for pandas, NumPy and TensorBoard",
     "descent export model results/quickstart:norm=batch,gain=1 --seed 0 --to networks",
     [](CLI::App& command, CommandLine& line) {
       command.add_option("WHAT", line.what, "what to export: model, curves, tensorboard")
           ->required()
           ->type_name("")
           ->check(CLI::IsMember({"model", "curves", "tensorboard"}));
       add_selected_target(command, line);
       add_where_option(command, line);
       command.add_option("--seed", line.seed, "model: which run of the selected point")->type_name("N");
       command.add_option("--run", line.run_id, "model: which run, by its name in summary.csv or the beginning of it")
           ->type_name("RUN");
       add_results_options(command, line);
       add_list(command, "--format", line.formats, "model: what to write: safetensors, python, onnx")
           ->check(CLI::IsMember({"safetensors", "python", "onnx"}))
           ->default_str("safetensors,python,onnx");
       command.add_option("--to", line.to, "model, tensorboard: folder of the files")
           ->type_name("DIR")
           ->capture_default_str();
       add_list(command, "--metric", line.metrics, "curves: columns of curves.csv, one column for every run")
           ->default_str("test_error");
       command.add_flag("--long", line.is_long, "curves: one row for every run and evaluation, with all columns");
       command.add_option("-o,--output", line.file_out, "curves: the file to write, .csv or .npz")
           ->type_name("FILE")
           ->capture_default_str();
     },
     export_results},
    {"merge", "write the CSVs again, with the finished runs of other folders too",
     "descent merge results/quickstart /elsewhere/results/quickstart",
     [](CLI::App& command, CommandLine& line) {
       add_target(command, line);
       add_words(command, line, "OTHER", "results folders, such as those of other shards, whose runs are copied first");
     },
     merge},
    {"prune", "list finished runs that the experiment no longer contains", "descent prune results/quickstart --yes",
     [](CLI::App& command, CommandLine& line) {
       add_target(command, line);
       command.add_flag("--yes", line.yes, "delete them");
     },
     prune},
    {"slurm", "train on a Slurm cluster: submit the missing runs as a job array",
     "descent slurm experiments/double_descent_width.json --array 4 --time 1:00:00",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "EXPERIMENT", "experiments, JSON files")->required();
       add_results_options(command, line);
       add_slurm_options(command, line.slurm);
     },
     submit_to_slurm},
    {"completion", "print the completion script of a shell", "source <(descent completion bash)",
     [](CLI::App& command, CommandLine& line) {
       add_words(command, line, "SHELL", "whose script")
           ->required()
           ->expected(1)
           ->check(CLI::IsMember(completion_shells()));
     },
     print_completion},
    {"complete", "print the completions of a command line", "descent complete -- run --se",
     [](CLI::App& command, CommandLine& line) { add_words(command, line, "WORDS", "words after `descent`"); }, complete,
     true},
};

}  // namespace

std::span<const Command> commands() { return table; }

void configure(CLI::App& app, CommandLine& line) {
  for (const Command& command : table) {
    CLI::App* added = app.add_subcommand(command.name, command.help);
    command.configure(*added, line);
    added->footer(fmt::format("Example:\n  {}", command.example));
    if (command.hidden) added->group("");
  }
}

}  // namespace descent
