#include "plan/cost.h"

#include "config/engine.h"
#include "plan/layers.h"

namespace descent::plan {

double run_seconds(const config::Experiment& experiment) {
  // Fitted to the times of 460 points of experiments/ on one 2.6 GHz core; perceptrons lie within a factor of 2.
  constexpr double fixed = 2e-3;
  const bool fused = config::chosen_engine(experiment) == config::EngineKind::fused;
  if (config::has_closed_form(experiment.train)) return fixed + run_flops(experiment) / 13e9;
  const std::int64_t examples = config::split_sizes(experiment.data).train;
  const auto steps = static_cast<double>(config::total_steps(experiment.train, examples));
  return fixed + steps * (fused ? 8e-6 : 2e-4) + run_flops(experiment) / (fused ? 84e9 : 30e9);
}

}  // namespace descent::plan
