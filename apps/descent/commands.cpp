#include "descent/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace descent {
namespace {

void add_target(CLI::App& command, Session& session) {
  command.add_option("RESULTS", session.options.file, "a results folder, or an experiment file")
      ->required()
      ->type_name("");
  add_override_options(command, session.options);
  add_out_option(command, session.options);
  add_color_option(command, session.options);
}

CLI::Option* add_words(CLI::App& command, Session& session, const char* name, const char* help) {
  return command.add_option(name, session.words, help)->type_name("");
}

constexpr Command table[] = {
    {"run", "train what is missing of an experiment and write its CSVs",
     "descent run experiments/quickstart.json --set train.epochs=20",
     [](CLI::App& command, Session& session) {
       add_experiment_options(command, session.options);
       add_out_option(command, session.options);
       add_run_options(command, session.options);
     },
     run_experiment},
    {"validate", "check experiment files", "descent validate experiments/*.json",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "FILE", "experiments, JSON files")->required();
       add_override_options(command, session.options);
     },
     validate},
    {"plan", "show points, runs and stacks without training",
     "descent plan experiments/quickstart.json --time",
     [](CLI::App& command, Session& session) {
       add_experiment_options(command, session.options);
       add_plan_options(command, session.options);
     },
     show_plan},
    {"schema", "print the JSON Schema of experiments, for editors", "descent schema > experiment.schema.json",
     [](CLI::App&, Session&) {}, show_schema},
    {"explain", "say what a key means, its default and its choices", "descent explain model.init",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "KEY", "a key or section; all keys when left out")->expected(0, 1);
       add_json_option(command, session.options);
     },
     explain},
    {"list", "list data sets, initializers, norms and other choices", "descent list initializers",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "TOPIC", "what to list; the topics when left out")->expected(0, 1);
       add_json_option(command, session.options);
     },
     list},
    {"status", "show how many runs are done, failed, interrupted, running or missing",
     "descent status results/quickstart --watch",
     [](CLI::App& command, Session& session) {
       add_target(command, session);
       add_json_option(command, session.options);
       command.add_flag("--watch", session.options.watch, "show it again every two seconds until all is done");
     },
     show_status},
    {"table", "print the points of finished runs: n, mean and 95 % interval",
     "descent table results/quickstart",
     [](CLI::App& command, Session& session) {
       add_target(command, session);
       add_json_option(command, session.options);
     },
     show_table},
    {"verify", "test the claims of experiments on their results", "descent verify --run experiments/*.json",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "RESULTS", "results folders, or experiment files")->required();
       add_override_options(command, session.options);
       add_out_option(command, session.options);
       add_json_option(command, session.options);
       command.add_flag("--run", session.options.run, "train what is missing first");
       command.add_flag("--strict", session.options.strict, "undecided claims fail");
       command.add_flag("--references", session.options.references, "show paper and figure of each claim");
       add_jobs_option(command, session.options);
       add_color_option(command, session.options);
     },
     verify},
    {"compare", "compare two points, or two experiments point by point, over the seeds they share",
     "descent compare results/double_descent_width:width=48 width=256",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "A B", "results or experiment, with a selection behind ':' as in claims; B may be a "
                                          "selection alone")
           ->required()
           ->expected(2);
       command.add_option("--metric", session.options.metric, "column of summary.csv, or test_error(epoch=10)")
           ->type_name("COLUMN")
           ->capture_default_str();
       add_override_options(command, session.options);
       add_out_option(command, session.options);
       add_json_option(command, session.options);
       add_color_option(command, session.options);
     },
     compare},
    {"merge", "write the CSVs again from the finished parts, of other folders too",
     "descent merge results/quickstart /elsewhere/results/quickstart",
     [](CLI::App& command, Session& session) {
       add_target(command, session);
       add_words(command, session, "OTHER", "results folders, as of other shards, whose runs are copied first");
     },
     merge},
    {"prune", "list the finished parts that no run of the experiment needs any more",
     "descent prune results/quickstart --yes",
     [](CLI::App& command, Session& session) {
       add_target(command, session);
       command.add_flag("--yes", session.options.yes, "delete them");
     },
     prune},
    {"completion", "print the completion script of a shell", "source <(descent completion bash)",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "SHELL", "whose script")
           ->required()
           ->expected(1)
           ->check(CLI::IsMember(completion_shells()));
     },
     print_completion},
    {"complete", "print what may follow the words given", "descent complete -- run --se",
     [](CLI::App& command, Session& session) {
       add_words(command, session, "WORDS", "words after `descent`");
     },
     complete, true},
};

}  // namespace

std::span<const Command> commands() { return table; }

void configure(CLI::App& app, Session& session) {
  for (const Command& command : table) {
    CLI::App* added = app.add_subcommand(command.name, command.help);
    command.configure(*added, session);
    added->footer(fmt::format("Example:\n  {}", command.example));
    if (command.hidden) added->group("");
  }
}

}  // namespace descent
