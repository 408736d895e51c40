// Commands that only read an experiment: validate, plan.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "claims/domain.h"
#include "config/experiment.h"
#include "config/write.h"
#include "core/error.h"
#include "core/seeds.h"
#include "core/text.h"
#include "descent/commands.h"
#include "plan/layer_table.h"
#include "plan/layers.h"
#include "plan/memory.h"
#include "plan/pack.h"
#include "report/notice.h"
#include "report/table.h"

namespace descent {
namespace {

struct Size {
  std::int64_t parameters, steps;
  double operations;
};

Size size_of(const config::Experiment& experiment) {
  const std::int64_t examples = config::split_sizes(experiment.data).train;
  return {plan::parameter_count(plan::layers_of(experiment)), config::total_steps(experiment.train, examples),
          plan::run_flops(experiment)};
}

// Engine and device: one line if they are the same for all points, otherwise one line per group of points.
std::string engines_text(const plan::Plan& plan) {
  std::vector<std::pair<std::string, std::size_t>> groups;  // in the order of the points
  for (const plan::Point& point : plan.points) {
    std::string line = "engine " + config::engine_and_device(point.experiment);
    if (const auto reasons = config::unsupported_by_fused(point.experiment); !reasons.empty())
      line += fmt::format(" (not fused: {})", core::join(reasons, ", "));
    const auto group = std::ranges::find(groups, line, &std::pair<std::string, std::size_t>::first);
    if (group == groups.end()) groups.emplace_back(std::move(line), 1);
    else ++group->second;
  }
  std::string text;
  for (const auto& [line, points] : groups)
    text += groups.size() == 1 ? line + "\n" : fmt::format("{}: {}\n", line, core::counted(points, "point"));
  return text;
}

// Empty if a run needs so little memory that it does not limit the number of runs at a time.
std::string memory_text(const plan::Plan& plan) {
  double most = 0;
  for (const plan::Point& point : plan.points) most = std::max(most, plan::memory_of(point.experiment).total(1));
  return most > 1 << 30 ? fmt::format("at least {} of memory for the largest run\n", plan::memory_text(most)) : "";
}

std::string plan_text(const plan::Plan& plan, const report::Screen& screen) {
  std::vector<std::vector<std::string>> rows{report::short_factors(plan)};
  rows[0].insert(rows[0].end(), {"runs", "parameters", "steps", "GFLOP per run"});
  std::vector<std::size_t> runs(plan.points.size());
  for (const plan::Run& run : plan.runs) ++runs[run.point];
  double total = 0;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const Size size = size_of(plan.points[i].experiment);
    total += size.operations * static_cast<double>(runs[i]);
    rows.push_back(plan.points[i].values);
    rows.back().insert(rows.back().end(), {std::to_string(runs[i]), std::to_string(size.parameters),
                                           std::to_string(size.steps), fmt::format("{:.3g}", size.operations / 1e9)});
  }
  return fmt::format("{}{}: {}, {} in {}, {:.3g} GFLOP of matrix products\n{}{}", report::format_table(rows, screen),
                     plan.name, core::counted(plan.points.size(), "point"), core::counted(plan.runs.size(), "run"),
                     core::counted(plan::pack(plan, plan.all_runs()).size(), "stack"), total / 1e9, engines_text(plan),
                     memory_text(plan));
}

std::string plan_json(const plan::Plan& plan, const DataReport& data) {
  using report::Json;
  Json points = Json::array();
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const config::Experiment& experiment = plan.points[i].experiment;
    const Size size = size_of(experiment);
    points.push_back({{"point", report::point_json(plan, i)},
                      {"engine", config::name_of(config::chosen_engine(experiment))},
                      {"device", config::name_of(experiment.device)},
                      {"parameters", size.parameters},
                      {"steps", size.steps},
                      {"flops_per_run", size.operations},
                      {"runs", Json::array()}});
  }
  for (const plan::Run& run : plan.runs) {
    Json seeds = Json::object();
    for (const core::PurposeName& purpose : core::purposes)
      seeds[std::string(purpose.name)] = core::derive_seed(static_cast<std::uint64_t>(run.seed), purpose.purpose);
    points[run.point]["runs"].push_back({{"run", run.id()}, {"seed", run.seed}, {"hash", run.hash}, {"seeds", seeds}});
  }
  Json stacks = Json::array();
  for (const plan::Stack& stack : plan::pack(plan, plan.all_runs())) {
    stacks.push_back(Json::array());
    for (const std::size_t run : stack) stacks.back().push_back(plan.runs[run].id());
  }
  const Json all{{"name", plan.name},         {"hash", plan.hash}, {"data", data.texts},
                 {"warnings", data.warnings}, {"points", points},  {"stacks", stacks}};
  return all.dump(2) + "\n";
}

// How evenly the shards divide the work, since the longest one determines the total time.
std::string shards_text(const plan::Plan& plan, std::int64_t count) {
  const std::vector<double> seconds = plan::shard_seconds(plan, plan::shards_of(plan, count), count);
  const double mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(count);
  return fmt::format("{}: the longest takes {:.2f} times as long as the average\n",
                     core::counted(static_cast<std::size_t>(count), "shard"), std::ranges::max(seconds) / mean);
}

std::string table_of(const std::vector<plan::LayerRow>& layers, const report::Screen& screen) {
  std::vector<std::vector<std::string>> rows{{"layer", "kind", "output", "parameters", "fan-in", "initial sd"}};
  for (const plan::LayerRow& layer : layers)
    rows.push_back({layer.name, layer.kind, fmt::format("{}", fmt::join(layer.output, " x ")),
                    std::to_string(layer.parameters), layer.fan_in ? std::to_string(*layer.fan_in) : "-",
                    layer.initial_sd ? fmt::format("{:.4g}", *layer.initial_sd) : "-"});
  return report::format_table(rows, screen, {0, 1});
}

// A table of the layers of each distinct network, with its first point as the heading if there are several networks.
std::string layers_text(const plan::Plan& plan, const report::Screen& screen) {
  std::vector<std::pair<std::vector<plan::LayerRow>, std::vector<std::size_t>>> networks;  // layers and points
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    std::vector<plan::LayerRow> layers = plan::layer_table(plan.points[point].experiment);
    const auto same = std::ranges::find(networks, layers, [](const auto& network) { return network.first; });
    if (same != networks.end()) same->second.push_back(point);
    else networks.push_back({std::move(layers), {point}});
  }
  const claims::Domain domain(plan);
  std::string text;
  for (const auto& [layers, points] : networks) {
    const config::Experiment& experiment = plan.points[points[0]].experiment;
    if (networks.size() > 1)
      text += fmt::format("{}{}{}\n", text.empty() ? "" : "\n", core::printable(domain.settings(points[0], ", ")),
                          points.size() > 1 ? fmt::format(" and {} more", points.size() - 1) : "");
    text += table_of(layers, screen);
    text +=
        core::counted(static_cast<std::size_t>(plan::parameter_count(plan::layers_of(experiment))), "parameter") + "\n";
    if (const std::string warning = plan::shrinking_warning(experiment); !warning.empty())
      text += "warning: " + warning + "\n";
  }
  return text;
}

// Throws InputError if layers_text would warn.
void refuse_shrinking(const plan::Plan& plan, const std::string& file) {
  for (const plan::Point& point : plan.points)
    if (std::string warning = plan::shrinking_warning(point.experiment); !warning.empty())
      throw core::InputError({{.file = file, .path = "model", .message = std::move(warning)}});
}

}  // namespace

int validate(Options& options) {
  int status = 0;
  report::Json files = report::Json::array();
  for (const std::string& file : options.words) {
    report::Json& entry = files.emplace_back(report::Json{{"file", file}, {"valid", true}});
    try {
      const plan::Plan plan = plan::make_plan(read_experiment(file, options, Claims::checked));
      const DataReport data = report_data(plan);
      warn_of_data(data, file, options.strict);
      entry.update({{"points", plan.points.size()},
                    {"runs", plan.runs.size()},
                    {"data", data.texts},
                    {"warnings", data.warnings}});
      if (!options.json)
        fmt::print("{}: valid, {}, {}\n{}", file, core::counted(plan.points.size(), "point"),
                   core::counted(plan.runs.size(), "run"), data_text(data));
    } catch (const core::InputError& error) {
      entry["valid"] = false;
      for (const core::Problem& problem : error.problems()) {
        entry["problems"].push_back(report::problem_json(problem));
        if (!options.json) report::report_error(problem);
      }
      status = static_cast<int>(core::ExitCode::usage);
    }
  }
  if (options.json) fmt::print("{}\n", files.dump(2));
  return status;
}

int show_plan(Options& options) {
  const config::Document document = read_experiment(options.file, options, Claims::warned);
  if (options.json + options.time + options.resolved + options.layers > 1)
    throw core::InputError("plan: use only one of --json, --layers, --time and --resolved");
  if (options.resolved) {
    fmt::print("{}", config::write_document(document));
    return 0;
  }
  const plan::Plan plan = plan::make_plan(document);
  const DataReport data = report_data(plan);
  warn_of_data(data, options.file, options.strict);
  const report::Screen screen = report::screen_of(stdout, true);
  if (options.layers) {
    if (options.strict) refuse_shrinking(plan, options.file);
    fmt::print("{}{}", data_text(data), layers_text(plan, screen));
    return 0;
  }
  fmt::print("{}", options.json ? plan_json(plan, data) : data_text(data) + plan_text(plan, screen));
  if (options.shards > 0) std::fputs(shards_text(plan, options.shards).c_str(), options.json ? stderr : stdout);
  if (options.time) exec_descent_train(options.argv);
  return 0;
}

}  // namespace descent
