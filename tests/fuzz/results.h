#pragma once
// Shared by the targets that read results folders: a part with two runs that record predictions.

#include <filesystem>
#include <string>

#include "fuzz.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent::fuzz {

// Two seeds, whose runs have the hashes aa... and bb...; three classes, two test examples.
inline plan::Plan two_runs() {
  plan::Plan plan;
  plan.name = "x";
  plan.factors = {"model.width"};
  plan.points.push_back({{"4"}, {}});
  config::Experiment& experiment = plan.points[0].experiment;
  experiment.data.name = config::DataName::spirals;
  experiment.data.generator.classes = 3;
  experiment.data.test_size = 2;
  experiment.record.predictions = experiment.bias_variance = true;
  experiment.ensemble.of = config::EnsembleOf::seeds;
  experiment.probes.names = {config::ProbeName::weight_norm};
  experiment.seeds = {0, 1};
  for (const std::int64_t seed : experiment.seeds)
    plan.runs.push_back({0, seed, std::string(64, seed == 0 ? 'a' : 'b')});
  return plan;
}

inline store::RunResult result_of(const plan::Run& run) {
  store::RunResult result{run.hash, {}, {}};
  result.curve.resize(2);
  result.curve[1].step = 40;
  result.summary.final = result.curve[1];
  result.probes.push_back({1, 40, "weight_norm", "linear0", 2.5});
  result.predictions = {3, {-1, -2, -3, -3, -2, -1}, {2, 1}, {}};
  return result;
}

// Writes both runs below `out` and returns the folder of the part.
inline std::filesystem::path write_part(const std::filesystem::path& out, const plan::Plan& plan) {
  store::Results(out, plan).write_part({result_of(plan.runs[0]), result_of(plan.runs[1])}, {});
  return std::filesystem::directory_iterator(out / "x" / "parts")->path();
}

}  // namespace descent::fuzz
