#include "plan/pack.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "config/write.h"
#include "plan/layers.h"

namespace descent::plan {
namespace {

// Points with equal keys can share a stack: the key covers everything that an engine does not keep per replica.
std::string stack_key(config::Experiment experiment) {
  const config::Experiment defaults;
  experiment.seeds = defaults.seeds;
  experiment.model.init = defaults.model.init;
  experiment.model.dropout.rate = defaults.model.dropout.rate;
  experiment.train.optimizer.lr = defaults.train.optimizer.lr;
  experiment.train.optimizer.weight_decay = defaults.train.optimizer.weight_decay;
  experiment.train.solver.lambda = defaults.train.solver.lambda;
  experiment.train.solver.relative_lr = defaults.train.solver.relative_lr;
  experiment.data.label_noise = defaults.data.label_noise;
  // The identity contains neither the path, which the checksums replace, nor the samples if there is no dropout.
  return config::identity(experiment) + experiment.data.path + std::to_string(experiment.predict.dropout_samples);
}

}  // namespace

std::size_t stack_size(const config::Experiment& experiment) {
  // On the CPU a stack takes about one second of a core, since its engine and its part on disk cost about 10 ms. On a
  // GPU a step takes about one millisecond: below that, launching the kernels takes longer than the arithmetic.
  const bool on_cpu = experiment.device.kind == config::DeviceKind::cpu;
  const double flops = on_cpu ? run_flops(experiment) : step_flops(experiment);
  return static_cast<std::size_t>(std::clamp(5e10 / std::max(flops, 1.0), 1.0, on_cpu ? 16.0 : 128.0));
}

std::vector<Stack> pack(const Plan& plan, const std::vector<std::size_t>& missing, std::size_t devices) {
  std::vector<std::string> keys;  // by point
  keys.reserve(plan.points.size());
  for (const Point& point : plan.points) keys.push_back(stack_key(point.experiment));

  std::vector<Stack> stacks;
  std::unordered_map<std::string, std::size_t> last_stack;  // by key
  for (const std::size_t run : missing) {
    const std::size_t point = plan.runs[run].point;
    const std::size_t share = (missing.size() + devices - 1) / devices;  // so that no device is idle
    const std::size_t capacity = std::min(stack_size(plan.points[point].experiment), share);
    const auto [entry, is_new] = last_stack.try_emplace(keys[point], stacks.size());
    if (is_new || stacks[entry->second].size() == capacity) {
      entry->second = stacks.size();
      stacks.emplace_back();
    }
    stacks[entry->second].push_back(run);
  }
  return stacks;
}

}  // namespace descent::plan
