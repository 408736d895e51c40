// descent: all commands except training, which descent-train does.

#include <fmt/format.h>

#include "descent/commands.h"
#include "report/notice.h"
#include "report/run.h"

namespace descent {
namespace {

void add_results_options(CLI::App& command, Options& options) {
  add_override_options(command, options);
  add_out_option(command, options);
}

void add_target(CLI::App& command, Options& options) {
  add_value(command, "RESULTS", options.file, "", "results folder or experiment file")->required();
  add_results_options(command, options);
  add_color_option(command, options);
}

void add_selected_target(CLI::App& command, Options& options) {
  constexpr auto help = "results folder or experiment file, optionally with ':' and a selection as in claims";
  add_value(command, "RESULTS", options.file, "", help)->required();
}

void add_where_option(CLI::App& command, Options& options) {
  add_value(command, "--where", options.where, "SELECTION", "select points as in claims: norm=batch,width=8..64");
}

// "a,b,c"
CLI::Option* add_list(CLI::App& command, const char* name, std::vector<std::string>& values, const char* help) {
  return command.add_option(name, values, help)->delimiter(',')->allow_extra_args(false)->type_name("LIST");
}

void add_plot_options(CLI::App& command, Options& options) {
  add_value(command, "--metric", options.plotted, "COLUMN", "column of curves.csv or summary.csv to plot")
      ->default_str("test_error");
  add_value(command, "--over", options.over, "NAME", "x-axis: epoch, step or a numeric factor");
  command.add_flag("--ascii", options.ascii, "use only ASCII characters");
}

void add_slurm_options(CLI::App& command, Options& options) {
  constexpr std::int64_t max_count = 100'000;
  add_value(command, "--array", options.tasks, "N", "number of tasks; default: estimated from the training time")
      ->check(CLI::Range(std::int64_t{1}, plan::max_shards));
  add_value(command, "--time", options.request.time, "T", "time limit of a task; unfinished tasks return to the queue")
      ->check([](const std::string& time) { return cluster::seconds_of(time), std::string(); });
  add_value(command, "--partition", options.request.partition, "P", "partition of the cluster");
  add_value(command, "--account", options.request.account, "A", "account to charge");
  add_value(command, "--cpus-per-task", options.request.cpus, "C", "cores of a task; default: those of one run")
      ->check(CLI::Range(std::int64_t{1}, max_count));
  add_value(command, "--gpus", options.request.gpus, "G", "GPUs of a task, for experiments on the device cuda")
      ->check(CLI::Range(std::int64_t{1}, max_count));
  add_value(command, "--mem", options.request.mem, "M", "memory of a task, such as 4G");
  add_value(command, "--sbatch", options.request.sbatch_options, "OPTIONS",
            "further options of sbatch as one argument: '--qos=long'");
  command.add_flag("--dry-run", options.dry_run, "print scripts and commands without submitting");
}

struct Command {
  const char* name;
  const char* help;
  const char* example;
  void (*configure)(CLI::App& command, Options& options);
  Action* run;
  bool hidden = false;
};

constexpr Command table[] = {
    {"run", "train the missing runs of an experiment and write its CSVs",
     "descent run experiments/quickstart.json --set train.epochs=20",
     [](CLI::App& command, Options& options) {
       add_experiment_options(command, options);
       add_out_option(command, options);
       add_run_options(command, options);
     },
     run_experiment},
    {"validate", "check experiment files", "descent validate experiments/*.json",
     [](CLI::App& command, Options& options) {
       add_value(command, "FILE", options.words, "", "experiments, JSON files")->required();
       add_override_options(command, options);
       add_json_option(command, options);
       add_strict_option(command, options);
     },
     validate},
    {"plan", "show points, runs and stacks without training", "descent plan experiments/quickstart.json --time",
     [](CLI::App& command, Options& options) {
       add_experiment_options(command, options);
       add_plan_options(command, options);
     },
     show_plan},
    {"schema", "print the JSON Schema of experiments, for editors", "descent schema > experiment.schema.json",
     [](CLI::App&, Options&) {}, show_schema},
    {"explain", "describe a key: meaning, default and choices; or a column of the results",
     "descent explain model.init",
     [](CLI::App& command, Options& options) {
       add_value(command, "KEY", options.words, "", "key, section or column; default: all keys")->expected(0, 1);
       add_json_option(command, options);
     },
     explain},
    {"list", "list data sets, initializers, norms and other choices, and the columns of the results",
     "descent list initializers",
     [](CLI::App& command, Options& options) {
       add_value(command, "TOPIC", options.words, "", "what to list; default: the topics")->expected(0, 1);
       add_json_option(command, options);
     },
     list},
    {"status", "show how many runs are done, failed, interrupted, running or missing",
     "descent status results/quickstart --watch",
     [](CLI::App& command, Options& options) {
       add_target(command, options);
       add_json_option(command, options);
       command.add_flag("--watch", options.watch, "refresh every two seconds until all runs are done");
     },
     show_status},
    {"table", "print a table of the points: number of finished runs, means and 95 % intervals",
     "descent table results/quickstart --where norm=batch --sort test_error",
     [](CLI::App& command, Options& options) {
       add_target(command, options);
       add_where_option(command, options);
       add_list(command, "--columns", options.columns, "factors, n, n_diverged and columns of summary.csv, in order");
       add_value(command, "--sort", options.sort, "COLUMN", "sort by this column in ascending order");
       command.add_flag("--descending", options.descending, "sort in descending order");
       add_value(command, "--format", options.table_format, "FORMAT", "text, csv, json, markdown")
           ->check(CLI::IsMember({"text", "csv", "json", "markdown"}))
           ->capture_default_str();
       add_json_option(command, options);
       command.add_flag("--plot", options.plot, "plot a column against a factor instead");
       add_plot_options(command, options);
     },
     show_table},
    {"plot", "plot learning curves, or a metric against a factor, in the terminal",
     "descent plot results/quickstart:norm=batch --over epoch",
     [](CLI::App& command, Options& options) {
       add_selected_target(command, options);
       add_results_options(command, options);
       add_where_option(command, options);
       add_plot_options(command, options);
       add_color_option(command, options);
     },
     plot_results},
    {"verify", "test the claims of experiments against their results", "descent verify --run experiments/*.json",
     [](CLI::App& command, Options& options) {
       add_value(command, "RESULTS", options.words, "", "results folders or experiment files")->required();
       add_results_options(command, options);
       add_json_option(command, options);
       command.add_flag("--run", options.run, "train missing runs first");
       command.add_flag("--strict", options.strict, "fail if a claim is undecided");
       command.add_flag("--references", options.references, "show paper and figure of each claim");
       add_jobs_option(command, options);
       add_color_option(command, options);
     },
     verify},
    {"compare", "compare two points, or two experiments point by point, on the seeds that they share",
     "descent compare results/double_descent_width:width=48 width=256",
     [](CLI::App& command, Options& options) {
       add_value(
           command, "A B", options.words, "",
           "results folders or experiment files, with ':' and a selection as in claims; B may be only a selection")
           ->required()
           ->expected(2);
       add_value(command, "--metric", options.metric, "COLUMN",
                 "column of summary.csv, or test_error(epoch=10); default: final test error or loss");
       add_results_options(command, options);
       add_json_option(command, options);
       add_color_option(command, options);
     },
     compare},
    {"best", "find the best point of a sweep and the points that cannot be distinguished from it",
     "descent best results/weight_decay --over weight_decay",
     [](CLI::App& command, Options& options) {
       add_target(command, options);
       add_value(command, "--metric", options.metric, "COLUMN",
                 "column of summary.csv to minimize; default: validation error or loss");
       add_value(command, "--over", options.over, "FACTOR",
                 "find the best value of this factor for each combination of the others");
       add_json_option(command, options);
     },
     show_best},
    {"report", "write report.html, a page with charts, claims and tables", "descent report results/quickstart",
     [](CLI::App& command, Options& options) {
       add_value(command, "RESULTS", options.words, "", "results folders or experiment files; several share one page")
           ->required();
       add_results_options(command, options);
       add_value(command, "--format", options.chart_format, "FORMAT",
                 "write each chart to a file instead of a page: vl, svg, png")
           ->check(CLI::IsMember({"vl", "svg", "png"}));
     },
     write_report},
    {"export", "write a trained network for Python, C++ and ONNX, or curves for pandas, NumPy and TensorBoard",
     "descent export model results/quickstart:norm=batch,gain=1 --seed 0 --to networks",
     [](CLI::App& command, Options& options) {
       add_value(command, "WHAT", options.what, "", "what to export: model, curves, tensorboard")
           ->required()
           ->check(CLI::IsMember(export_kinds));
       add_selected_target(command, options);
       add_where_option(command, options);
       add_value(command, "--seed", options.seed, "N", "model: seed of the run");
       add_value(command, "--run", options.run_id, "RUN",
                 "model: the run, by the column `run` of summary.csv or a prefix of it");
       add_results_options(command, options);
       add_list(command, "--format", options.formats, "model: formats to write: safetensors, python, onnx")
           ->check(CLI::IsMember({"safetensors", "python", "onnx"}))
           ->default_str("safetensors,python,onnx");
       add_value(command, "--to", options.to, "DIR", "model, tensorboard: output folder")->capture_default_str();
       add_list(command, "--metric", options.metrics, "curves: columns of curves.csv; each becomes one column per run")
           ->default_str("test_error");
       command.add_flag("--long", options.is_long, "curves: one row per run and evaluation, with all columns");
       add_value(command, "-o,--output", options.file_out, "FILE", "curves: output file, .csv or .npz")
           ->capture_default_str();
     },
     export_results},
    {"merge", "copy finished runs from other results folders, and write the CSVs again",
     "descent merge results/quickstart /elsewhere/results/quickstart",
     [](CLI::App& command, Options& options) {
       add_target(command, options);
       add_value(command, "OTHER", options.words, "",
                 "results folders to copy runs from, such as those of other shards");
     },
     merge},
    {"prune", "list finished runs that the experiment no longer contains", "descent prune results/quickstart --yes",
     [](CLI::App& command, Options& options) {
       add_target(command, options);
       command.add_flag("--yes", options.yes, "delete them");
     },
     prune},
    {"slurm", "train on a Slurm cluster: submit the missing runs as a job array",
     "descent slurm experiments/double_descent_width.json --array 4 --time 1:00:00",
     [](CLI::App& command, Options& options) {
       add_value(command, "EXPERIMENT", options.words, "", "experiments, JSON files")->required();
       add_results_options(command, options);
       add_slurm_options(command, options);
     },
     submit_to_slurm},
    {"completion", "print the completion script of a shell", "source <(descent completion bash)",
     [](CLI::App& command, Options& options) {
       add_value(command, "SHELL", options.words, "", "name of the shell")
           ->required()
           ->expected(1)
           ->check(CLI::IsMember(completion_shells()));
     },
     print_completion},
    {"complete", "print the completions of a command line", "descent complete -- run --se",
     [](CLI::App& command, Options& options) {
       add_value(command, "WORDS", options.words, "", "words after `descent`");
     },
     complete, true},
};

int run_program(int argc, char** argv) {
  Options options;
  options.argv.assign(argv, argv + argc);
  CLI::App app("Descent trains the networks of an experiment file and writes their learning curves.", "descent");
  app.set_version_flag("--version", fmt::format("descent {} ({})", report::version(), report::git_hash()));
  app.footer("Example:\n  descent run experiments/quickstart.json\nOptions of a command: descent COMMAND --help");
  app.require_subcommand(1);
  configure(app, options);
  if (const auto status = parse_command_line(app, argc, argv)) return *status;
  for (const Command& command : table)
    if (app.got_subcommand(command.name)) return command.run(options);
  return 0;
}

}  // namespace

void configure(CLI::App& app, Options& options) {
  for (const Command& command : table) {
    CLI::App* added = app.add_subcommand(command.name, command.help);
    command.configure(*added, options);
    added->footer(fmt::format("Example:\n  {}", command.example));
    if (command.hidden) added->group("");
  }
}

}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] { return descent::run_program(argc, argv); });
}
