// descent: all commands but the training, which descent-train does.

#include <fmt/format.h>

#include "descent/commands.h"
#include "report/notice.h"
#include "report/run.h"

namespace descent {
namespace {

void add_results_options(CLI::App& command, RunOptions& options) {
  add_override_options(command, options);
  add_out_option(command, options);
}

void add_target(CLI::App& command, RunOptions& options) {
  add_value(command, "RESULTS", options.file, "", "a results folder, or an experiment file")->required();
  add_results_options(command, options);
  add_color_option(command, options);
}

void add_selected_target(CLI::App& command, RunOptions& options) {
  constexpr auto help = "a results folder, or an experiment file, with a selection after ':' as in claims";
  add_value(command, "RESULTS", options.file, "", help)->required();
}

void add_where_option(CLI::App& command, RunOptions& options) {
  add_value(command, "--where", options.where, "SELECTION", "only these points, as in claims: norm=batch,width=8..64");
}

// "a,b,c"
CLI::Option* add_list(CLI::App& command, const char* name, std::vector<std::string>& values, const char* help) {
  return command.add_option(name, values, help)->delimiter(',')->allow_extra_args(false)->type_name("LIST");
}

void add_plot_options(CLI::App& command, RunOptions& options) {
  add_value(command, "--metric", options.plotted, "COLUMN", "what to draw, a column of curves.csv or summary.csv")
      ->default_str("test_error");
  add_value(command, "--over", options.over, "NAME", "what to draw it against: epoch, step, or a factor of numbers");
  command.add_flag("--ascii", options.ascii, "draw with characters that every terminal has");
}

void add_slurm_options(CLI::App& command, RunOptions& line) {
  constexpr std::int64_t most = 100'000;
  add_value(command, "--array", line.tasks, "N", "number of tasks; default: from an estimate of the training time")
      ->check(CLI::Range(std::int64_t{1}, plan::max_shards));
  add_value(command, "--time", line.request.time, "T", "time limit of a task, which continues in a new one")
      ->check([](const std::string& time) { return cluster::seconds_of(time), std::string(); });
  add_value(command, "--partition", line.request.partition, "P", "partition of the cluster");
  add_value(command, "--account", line.request.account, "A", "account to charge");
  add_value(command, "--cpus-per-task", line.request.cpus, "C", "cores, and runs at a time, of a task; default: 1")
      ->check(CLI::Range(std::int64_t{1}, most));
  add_value(command, "--gpus", line.request.gpus, "G", "GPUs of a task, for experiments with the device cuda")
      ->check(CLI::Range(std::int64_t{1}, most));
  add_value(command, "--mem", line.request.mem, "M", "memory of a task, such as 4G");
  add_value(command, "--sbatch", line.request.more, "OPTIONS", "more options of sbatch, in one word: '--qos=long'");
  command.add_flag("--dry-run", line.dry_run, "show scripts and commands, submit nothing");
}

struct Command {
  const char* name;
  const char* help;
  const char* example;
  void (*configure)(CLI::App& command, RunOptions& line);
  Action* run;
  bool hidden = false;
};

constexpr Command table[] = {
    {"run", "train the missing runs of an experiment and write its CSVs",
     "descent run experiments/quickstart.json --set train.epochs=20",
     [](CLI::App& command, RunOptions& line) {
       add_experiment_options(command, line);
       add_out_option(command, line);
       add_run_options(command, line);
     },
     run_experiment},
    {"validate", "check experiment files", "descent validate experiments/*.json",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "FILE", line.words, "", "experiments, JSON files")->required();
       add_override_options(command, line);
       add_json_option(command, line);
       add_strict_option(command, line);
     },
     validate},
    {"plan", "show points, runs and stacks without training", "descent plan experiments/quickstart.json --time",
     [](CLI::App& command, RunOptions& line) {
       add_experiment_options(command, line);
       add_plan_options(command, line);
     },
     show_plan},
    {"schema", "print the JSON Schema of experiments, for editors", "descent schema > experiment.schema.json",
     [](CLI::App&, RunOptions&) {}, show_schema},
    {"explain", "describe a key: meaning, default and choices; or a column of the results",
     "descent explain model.init",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "KEY", line.words, "", "a key, a section or a column; all keys when left out")
           ->expected(0, 1);
       add_json_option(command, line);
     },
     explain},
    {"list", "list data sets, initializers, norms and other choices, and the columns of the results",
     "descent list initializers",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "TOPIC", line.words, "", "what to list; the topics when left out")->expected(0, 1);
       add_json_option(command, line);
     },
     list},
    {"status", "show how many runs are done, failed, interrupted, running or missing",
     "descent status results/quickstart --watch",
     [](CLI::App& command, RunOptions& line) {
       add_target(command, line);
       add_json_option(command, line);
       command.add_flag("--watch", line.watch, "refresh every two seconds until all runs are done");
     },
     show_status},
    {"table", "print the points of finished runs: n, mean and 95 % interval",
     "descent table results/quickstart --where norm=batch --sort test_error",
     [](CLI::App& command, RunOptions& line) {
       add_target(command, line);
       add_where_option(command, line);
       add_list(command, "--columns", line.columns, "factors, n, n_diverged and columns of summary.csv, in order");
       add_value(command, "--sort", line.sort, "COLUMN", "a column, the least first");
       command.add_flag("--descending", line.descending, "the most first");
       add_value(command, "--format", line.table_format, "FORMAT", "text, csv, json, markdown")
           ->check(CLI::IsMember({"text", "csv", "json", "markdown"}))
           ->capture_default_str();
       add_json_option(command, line);
       command.add_flag("--plot", line.plot, "draw a column against a factor instead");
       add_plot_options(command, line);
     },
     show_table},
    {"plot", "draw learning curves, or a metric against a factor, in the terminal",
     "descent plot results/quickstart:norm=batch --over epoch",
     [](CLI::App& command, RunOptions& line) {
       add_selected_target(command, line);
       add_results_options(command, line);
       add_where_option(command, line);
       add_plot_options(command, line);
       add_color_option(command, line);
     },
     plot_results},
    {"verify", "test the claims of experiments on their results", "descent verify --run experiments/*.json",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "RESULTS", line.words, "", "results folders, or experiment files")->required();
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
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "A B", line.words, "",
                 "results or experiment, with a selection after ':' as in claims; B may be a selection alone")
           ->required()
           ->expected(2);
       add_value(command, "--metric", line.metric, "COLUMN",
                 "column of summary.csv, or test_error(epoch=10); default: the final test error, or loss");
       add_results_options(command, line);
       add_json_option(command, line);
       add_color_option(command, line);
     },
     compare},
    {"best", "the best point of a sweep, how sure that is, and the points that may be as good",
     "descent best results/weight_decay --over weight_decay",
     [](CLI::App& command, RunOptions& line) {
       add_target(command, line);
       add_value(command, "--metric", line.metric, "COLUMN",
                 "column of summary.csv that is smallest at the best; default: the validation error or loss");
       add_value(command, "--over", line.over, "FACTOR",
                 "choose among the values of this factor, for each of the others");
       add_json_option(command, line);
     },
     show_best},
    {"report", "write a page with charts, claims and tables: report.html", "descent report results/quickstart",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "RESULTS", line.words, "", "results folders, or experiment files; several make one page")
           ->required();
       add_results_options(command, line);
       add_value(command, "--format", line.chart_format, "FORMAT",
                 "each chart as a file instead of the page: vl, svg, png")
           ->check(CLI::IsMember({"vl", "svg", "png"}));
     },
     write_report},
    {"export", "write a trained network for Python, C++ and ONNX, or curves for pandas, NumPy and TensorBoard",
     "descent export model results/quickstart:norm=batch,gain=1 --seed 0 --to networks",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "WHAT", line.what, "", "what to export: model, curves, tensorboard")
           ->required()
           ->check(CLI::IsMember(export_kinds));
       add_selected_target(command, line);
       add_where_option(command, line);
       add_value(command, "--seed", line.seed, "N", "model: which run of the selected point");
       add_value(command, "--run", line.run_id, "RUN",
                 "model: which run, by its name in summary.csv or the beginning of it");
       add_results_options(command, line);
       add_list(command, "--format", line.formats, "model: what to write: safetensors, python, onnx")
           ->check(CLI::IsMember({"safetensors", "python", "onnx"}))
           ->default_str("safetensors,python,onnx");
       add_value(command, "--to", line.to, "DIR", "model, tensorboard: folder of the files")->capture_default_str();
       add_list(command, "--metric", line.metrics, "curves: columns of curves.csv, one column for every run")
           ->default_str("test_error");
       command.add_flag("--long", line.is_long, "curves: one row for every run and evaluation, with all columns");
       add_value(command, "-o,--output", line.file_out, "FILE", "curves: the file to write, .csv or .npz")
           ->capture_default_str();
     },
     export_results},
    {"merge", "write the CSVs again, with the finished runs of other folders too",
     "descent merge results/quickstart /elsewhere/results/quickstart",
     [](CLI::App& command, RunOptions& line) {
       add_target(command, line);
       add_value(command, "OTHER", line.words, "",
                 "results folders, such as those of other shards, whose runs are copied first");
     },
     merge},
    {"prune", "list finished runs that the experiment no longer contains", "descent prune results/quickstart --yes",
     [](CLI::App& command, RunOptions& line) {
       add_target(command, line);
       command.add_flag("--yes", line.yes, "delete them");
     },
     prune},
    {"slurm", "train on a Slurm cluster: submit the missing runs as a job array",
     "descent slurm experiments/double_descent_width.json --array 4 --time 1:00:00",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "EXPERIMENT", line.words, "", "experiments, JSON files")->required();
       add_results_options(command, line);
       add_slurm_options(command, line);
     },
     submit_to_slurm},
    {"completion", "print the completion script of a shell", "source <(descent completion bash)",
     [](CLI::App& command, RunOptions& line) {
       add_value(command, "SHELL", line.words, "", "whose script")
           ->required()
           ->expected(1)
           ->check(CLI::IsMember(completion_shells()));
     },
     print_completion},
    {"complete", "print the completions of a command line", "descent complete -- run --se",
     [](CLI::App& command, RunOptions& line) { add_value(command, "WORDS", line.words, "", "words after `descent`"); },
     complete, true},
};

int run_program(int argc, char** argv) {
  RunOptions line;
  line.argv.assign(argv, argv + argc);
  CLI::App app("Descent trains the networks of an experiment file and writes their learning curves.", "descent");
  app.set_version_flag("--version", fmt::format("descent {} ({})", report::version(), report::git_hash()));
  app.footer("Example:\n  descent run experiments/quickstart.json\nOptions of a command: descent COMMAND --help");
  app.require_subcommand(1);
  configure(app, line);
  if (const auto status = parse_command_line(app, argc, argv)) return *status;
  for (const Command& command : table)
    if (app.got_subcommand(command.name)) return command.run(line);
  return 0;
}

}  // namespace

void configure(CLI::App& app, RunOptions& line) {
  for (const Command& command : table) {
    CLI::App* added = app.add_subcommand(command.name, command.help);
    command.configure(*added, line);
    added->footer(fmt::format("Example:\n  {}", command.example));
    if (command.hidden) added->group("");
  }
}

}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] { return descent::run_program(argc, argv); });
}
