#include "descent/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "data/summary.h"
#include "report/notice.h"

namespace descent {
namespace {

constexpr std::size_t max_shown = 3;

void add_new(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

// `--engine torch` for `--set engine=torch`.
void add_shorthand(CLI::App& command, Options& options, const std::string& flag, const std::string& key,
                   const std::string& help, const std::string& form) {
  command
      .add_option_function<std::string>(
          flag, [&options, key](const std::string& value) { options.overrides.set.push_back(key + "=" + value); }, help)
      ->type_name(form);
}

void check_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return;
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  throw core::InputError(core::unknown("command", word, names));
}

// Reports an unexpected argument and suggests the most similar option.
core::InputError unexpected_word(const CLI::App& app) {
  const std::string word = app.remaining(true).at(0);
  const CLI::App* command = app.get_subcommands().empty() ? &app : app.get_subcommands()[0];
  std::vector<std::string> names;
  for (const CLI::Option* option : command->get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return core::InputError(fmt::format("descent {}: unexpected \"{}\"{} (see descent {} --help)", command->get_name(),
                                      word, core::did_you_mean(word, names), command->get_name()));
}

}  // namespace

void add_override_options(CLI::App& command, Options& options) {
  // One value per flag: `--set a=1 --set b=2`.
  add_value(command, "--set", options.overrides.set, "KEY=VALUE", "set a key of the experiment; may be repeated")
      ->allow_extra_args(false);
  add_value(command, "--sweep", options.overrides.sweep, "KEY=V1,V2,...",
            "add or replace a factor of the sweep; may be repeated")
      ->allow_extra_args(false);
  add_shorthand(command, options, "--engine", "engine", "auto, torch or fused; short for --set engine=E", "E");
  add_shorthand(command, options, "--device", "device", "cpu, cuda, cuda:1, ... or auto; short for --set device=D",
                "D");
  add_shorthand(command, options, "--ranks", "train.world_size",
                "processes that train each run together; short for --set train.world_size=K", "K");
  add_value(command, "--seeds", options.overrides.seeds, "N", "number of seeds, or a list: 5 or [1,2,3]");
}

void add_experiment_options(CLI::App& command, Options& options) {
  add_value(command, "FILE", options.file, "", "experiment, a JSON file")->required();
  add_override_options(command, options);
}

void add_out_option(CLI::App& command, Options& options) {
  add_value(command, "--out", options.out, "DIR", "root folder: the results are in DIR/<experiment name>")
      ->default_str("results");
}

void add_color_option(CLI::App& command, Options& options) {
  command.add_flag("--no-color", options.no_color, "print without colors, like NO_COLOR=1");
}

void add_json_option(CLI::App& command, Options& options) { command.add_flag("--json", options.json, "print JSON"); }

void add_strict_option(CLI::App& command, Options& options) {
  command.add_flag("--strict", options.strict, "treat warnings as errors");
}

void add_jobs_option(CLI::App& command, Options& options) {
  add_value(command, "--jobs", options.jobs, "N",
            "number of stacks trained at the same time; default: the number of cores")
      ->check(CLI::Range(1, 4096));
}

void add_run_options(CLI::App& command, Options& options) {
  add_jobs_option(command, options);
  add_value(command, "--csv", options.csv, "-", "-: write the merged curves to stdout")->check(CLI::IsMember({"-"}));
  command.add_flag("--save-weights", options.save_weights, "save the weights of every run as safetensors");
  add_value(command, "--checkpoint-seconds", options.checkpoint_seconds, "SECONDS",
            "minimum time between two checkpoints")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option_function<std::string>(
          "--progress",
          [&options](const std::string& kind) {
            options.json_progress = kind == "json";
            if (options.json_progress) report::write_notices_as_events();
          },
          "json: write every event to stderr as a line of JSON")
      ->trigger_on_parse()  // so that errors in later arguments are events too
      ->type_name("auto|json")
      ->check(CLI::IsMember({"auto", "json"}));
  add_strict_option(command, options);
  command.add_flag("--fail-fast", options.fail_fast,
                   "stop at the first run that fails; the next start trains it again");
  command
      .add_option_function<std::string>(
          "--shard", [&options](const std::string& text) { options.shard = plan::parse_shard(text); },
          "train only the i-th of n shards; shards may share --out or be merged later (descent merge)")
      ->type_name("i/n");
  add_color_option(command, options);
}

void add_plan_options(CLI::App& command, Options& options) {
  add_json_option(command, options);
  add_strict_option(command, options);
  command.add_flag("--time", options.time, "estimate the training time with a one-second benchmark");
  command.add_flag("--resolved", options.resolved, "print the experiment with all defaults");
  command.add_flag("--layers", options.layers, "print the layers of the networks: shapes, parameters, initial weights");
  add_jobs_option(command, options);
  add_value(command, "--shards", options.shards, "N",
            "show how evenly N shards divide the work (descent run --shard i/N)")
      ->check(CLI::Range(std::int64_t{1}, plan::max_shards));
}

std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  if (argc > 1 && argv[1][0] != '-') check_command(app, argv[1]);
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ExtrasError&) {
    throw unexpected_word(app);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw core::InputError(fmt::format("{} (see --help)", error.what()));
    return app.exit(error);
  }
}

DataReport report_data(const plan::Plan& plan) {
  DataReport report;
  std::vector<config::Data> seen;
  for (const plan::Point& point : plan.points) {
    if (std::ranges::find(seen, point.experiment.data) != seen.end()) continue;
    seen.push_back(point.experiment.data);
    data::Summary summary = data::summarize(point.experiment, plan.runs.front().seed);
    add_new(report.texts, std::move(summary.text));
    for (std::string& warning : summary.warnings) add_new(report.warnings, std::move(warning));
  }
  return report;
}

std::string data_text(const DataReport& data) {
  std::string text;
  for (std::size_t i = 0; i < std::min(data.texts.size(), max_shown); ++i) text += data.texts[i] + "\n";
  if (data.texts.size() > max_shown) text += fmt::format("  and {} others\n", data.texts.size() - max_shown);
  return text;
}

void warn_of_data(const DataReport& data, const std::string& file, bool strict) {
  std::vector<core::Problem> problems;
  for (const std::string& warning : data.warnings)
    problems.push_back({file, 0, 0, "data", (strict ? "" : "warning: ") + warning});
  if (strict && !problems.empty()) throw core::InputError(std::move(problems));
  for (const core::Problem& problem : problems) report::warn(problem.text());
}

}  // namespace descent
