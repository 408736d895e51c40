#include "plan/pack.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "config/write.h"

namespace descent::plan {
namespace {

// Points with equal keys may share a stack: everything that is not kept per replica.
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
  return config::identity(experiment) + experiment.data.path;  // the identity leaves the path to the checksums
}

}  // namespace

std::size_t stack_size(const config::Model& model) {
  // Overhead per operation rules below a width of about 64; above, the cache favours single networks.
  std::int64_t largest = 0;
  switch (model.kind) {
    case config::ModelKind::mlp:
    case config::ModelKind::linear_model:
    case config::ModelKind::mixture_of_experts:
      for (const std::int64_t width : config::hidden_widths(model)) largest = std::max(largest, width);
      break;
    case config::ModelKind::cnn:
      for (const std::int64_t channels : config::channels(model)) largest = std::max(largest, channels);
      break;
    case config::ModelKind::resnet: return 1;
  }
  if (largest <= 16) return 16;
  if (largest <= 32) return 8;
  if (largest <= 64) return 4;
  return 1;
}

std::vector<Stack> pack(const Plan& plan, const std::vector<std::size_t>& missing) {
  std::vector<std::string> keys;  // by point
  keys.reserve(plan.points.size());
  for (const Point& point : plan.points) keys.push_back(stack_key(point.experiment));

  std::vector<Stack> stacks;
  std::unordered_map<std::string, std::size_t> open;  // key -> the stack that still has room
  for (const std::size_t run : missing) {
    const std::size_t point = plan.runs[run].point;
    const std::size_t room = stack_size(plan.points[point].experiment.model);
    const auto [entry, fresh] = open.try_emplace(keys[point], stacks.size());
    if (fresh || stacks[entry->second].size() == room) {
      entry->second = stacks.size();
      stacks.emplace_back();
    }
    stacks[entry->second].push_back(run);
  }
  return stacks;
}

}  // namespace descent::plan
