#include "plan/memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/data_facts.h"
#include "core/error.h"
#include "plan/layers.h"

namespace descent::plan {
namespace {

// The number of arrays as large as the parameters: parameters, gradients, moments and weights kept by early stopping.
double copies(const config::Train& train) {
  if (config::has_closed_form(train)) return 1;
  const bool restores =
      train.early_stopping.monitor != config::Monitor::none && train.early_stopping.restore == config::Restore::best;
  const auto moments = static_cast<double>(moment_count(train.optimizer));
  return 2 + moments + (restores ? 1 : 0);
}

// The memory of the point that needs most.
Memory largest(const Plan& plan, std::size_t jobs) {
  Memory most{0, 0};
  for (const Point& point : plan.points) {
    if (point.experiment.device.kind != config::DeviceKind::cpu) continue;
    const Memory memory = memory_of(point.experiment);
    if (memory.total(jobs) > most.total(jobs)) most = memory;
  }
  return most;
}

}  // namespace

std::int64_t moment_count(const config::Optimizer& optimizer) {
  switch (optimizer.name) {
    case config::OptimizerName::sgd: return optimizer.momentum != 0 ? 1 : 0;
    case config::OptimizerName::adam:
    case config::OptimizerName::adamw: return 2;
  }
  __builtin_unreachable();
}

Memory memory_of(const config::Experiment& e) {
  const double number = e.precision == config::Precision::float64 ? 8 : 4;
  const config::SplitSizes sizes = config::split_sizes(e.data);
  const auto batch = static_cast<double>(config::batch_size(e.train, sizes.train));
  const auto features = static_cast<double>(config::data_facts(e.data).shape.features());
  double parameters = 0, activations = 0;
  for (const Layer& layer : layers_of(e)) {
    const double out = static_cast<double>(layer.out);
    parameters += layer.kind == Layer::Kind::norm ? out : static_cast<double>(layer.fan_in()) * out;
    activations += out * static_cast<double>(layer.positions);
  }
  const auto examples = static_cast<double>(sizes.train) + static_cast<double>(sizes.val + sizes.test);
  return {examples * features * (sizeof(double) + number),
          number * (parameters * copies(e.train) + batch * (activations + features))};
}

std::size_t jobs_that_fit(const Plan& plan, double limit) {
  const Memory one = largest(plan, 1);
  return one.network > 0 ? static_cast<std::size_t>(std::clamp((limit - one.data) / one.network, 1.0, 1e9)) : 1'000'000;
}

void check_memory(const Plan& plan, const std::string& file, std::size_t jobs, double limit) {
  const Memory need = largest(plan, jobs);
  if (need.total(jobs) <= limit) return;
  const std::string what = jobs == 1 ? "a run" : fmt::format("training {} runs at the same time", jobs);
  const std::string remedy = need.total(1) > limit ? "make the network, the batches or the data smaller"
                                                   : fmt::format("use --jobs {} or less", jobs_that_fit(plan, limit));
  throw core::InputError({{.file = file,
                           .path = "model",
                           .message = fmt::format("{} needs at least {} of memory, but only {} are available; {}", what,
                                                  memory_text(need.total(jobs)), memory_text(limit), remedy)}});
}

std::string memory_text(double bytes) { return fmt::format("{:.3g} GiB", bytes / (1 << 30)); }

}  // namespace descent::plan
