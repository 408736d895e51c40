#include "plan/plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_set>

#include "config/data_facts.h"
#include "config/json.h"
#include "config/write.h"
#include "core/sha256.h"
#include "plan/layers.h"

namespace descent::plan {
namespace {

// The results of a run depend on this text of its point and on the seed, and on nothing else.
std::string point_identity(const config::Experiment& experiment) {
  std::string text = "numerics " + std::to_string(numerics) + "\n" + config::identity(experiment) + "\n";
  const config::DataFacts facts = config::data_facts(experiment.data);
  for (const config::DataFile& file : facts.embedded) text.append(file.sha256) += '\n';
  for (const std::string& sum : config::checksums(facts)) text.append(sum) += '\n';
  // Earlier versions reported losses with label smoothing.
  if (experiment.train.loss.label_smoothing > 0) text += "losses without label smoothing\n";
  if (facts.version > 0)
    text += (facts.files.empty() ? "generator " : "reader ") + std::to_string(facts.version) + "\n";
  return text;
}

// Throws InputError for a network that is too large for any machine.
void check_size(const config::Document& document, const Point& point) {
  constexpr std::int64_t max_parameters = 1'000'000'000'000;
  const std::int64_t parameters = parameter_count(layers_of(point.experiment));
  if (parameters <= max_parameters) return;
  std::string at;
  for (std::size_t i = 0; i < point.values.size(); ++i)
    at += (i > 0 ? ", " : " (at ") + document.factors[i] + "=" + point.values[i];
  core::Problem problem = document.in_model;
  problem.message =
      fmt::format("the network has {:.2g} parameters; the maximum is {:.0e}{}{}", static_cast<double>(parameters),
                  static_cast<double>(max_parameters), at, at.empty() ? "" : ")");
  throw core::InputError({std::move(problem)});
}

}  // namespace

std::vector<std::size_t> Plan::all_runs() const {
  std::vector<std::size_t> indices(runs.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

Plan make_plan(const config::Document& document) {
  Plan plan;
  plan.name = document.base.name;
  plan.factors = document.factors;
  std::unordered_set<std::string> seen;
  std::string all_hashes;
  for (std::size_t i = 0; i < document.points.size(); ++i) {
    const std::string identity = point_identity(document.points[i]);
    if (!seen.insert(identity).second) continue;
    Point point{{}, document.points[i]};
    for (const std::string& value : document.assignments[i])
      point.values.push_back(config::text_of(config::Json::parse(value)));
    check_size(document, point);
    for (const std::int64_t seed : document.base.seeds) {
      Run run{plan.points.size(), seed, core::sha256(identity + "seed " + std::to_string(seed))};
      all_hashes += run.hash;
      plan.runs.push_back(std::move(run));
    }
    plan.points.push_back(std::move(point));
  }
  plan.hash = core::sha256(all_hashes);
  return plan;
}

}  // namespace descent::plan
