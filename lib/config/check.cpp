#include "config/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/engine.h"
#include "core/text.h"

namespace descent::config {
namespace {

void check_engine(const Experiment& e, std::vector<Conflict>& found) {
  const std::vector<std::string> reasons = fused_declines(e);
  if (e.engine == EngineKind::fused && !reasons.empty())
    found.push_back(
        {{"engine", "device", "precision"},
         fmt::format("the fused engine does not support {}; use \"auto\" or \"torch\"", core::join(reasons, ", "))});
  if (e.precision == Precision::tf32 && e.device.kind != DeviceKind::cuda)
    found.push_back({{"precision", "device"}, "\"tf32\" needs the device \"cuda\""});
}

void check_evaluation(const Experiment& e, bool has_val, std::vector<Conflict>& found) {
  const Evaluate& evaluate = e.train.evaluate;
  constexpr std::string_view splits = "train.evaluate.splits", monitor = "train.early_stopping.monitor";
  if (evaluate.every_epochs.has_value() + evaluate.every_steps.has_value() + evaluate.log_spaced.has_value() > 1)
    found.push_back({{"train.evaluate"}, "give one of every_epochs, every_steps and log_spaced"});
  constexpr std::string_view no_val = "there are no validation examples; give data.val_size or data.val_fraction";
  if (!evaluate.splits.empty() && is_evaluated(evaluate, Split::val) && !has_val)
    found.push_back({{splits, "data.val_size", "data.val_fraction"}, std::string(no_val)});
  const Monitor watched = e.train.early_stopping.monitor;
  if (watched == Monitor::none) return;
  const bool on_val = watched == Monitor::val_loss || watched == Monitor::val_error;
  if (on_val && !has_val) found.push_back({{monitor, "data.val_size", "data.val_fraction"}, std::string(no_val)});
  else if (!is_evaluated(evaluate, on_val ? Split::val : Split::train))
    found.push_back({{monitor, splits},
                     fmt::format("{} is not evaluated; add \"{}\" to train.evaluate.splits", name_of(watched),
                                 on_val ? "val" : "train")});
}

void check_probe_steps(const Experiment& e, std::vector<Conflict>& found) {
  constexpr std::string_view steps = "probes.steps";
  check_ascending(steps, e.probes.steps, found);
  if (e.train.epochs.has_value() == e.train.steps.has_value() || e.probes.steps.empty()) return;
  if (const std::int64_t total = total_steps(e.train, split_sizes(e.data).train); e.probes.steps.back() > total)
    found.push_back(
        {{steps, "train.steps", "train.epochs"},
         fmt::format("{} is after the end of training, which takes {} steps", e.probes.steps.back(), total)});
}

// What is read from predictions needs them, and of the same test examples.
void check_readings(const Experiment& e, const Given& given, std::vector<Conflict>& found) {
  if (!compares_predictions(e)) return;
  constexpr std::string_view sizes = "ensemble.sizes", of = "ensemble.of", seeds = "seeds",
                             predictions = "record.predictions";
  const bool of_seeds = e.ensemble.of == EnsembleOf::seeds;
  const std::string_view reading = e.bias_variance ? "bias_variance" : of;
  if (given.contains(predictions) && !e.record.predictions)
    found.push_back({{predictions}, fmt::format("must be true for {}; remove it", reading)});
  check_ascending(sizes, e.ensemble.sizes, found);
  if (!of_seeds && !e.bias_variance) return;
  const std::int64_t count = std::ssize(e.seeds);
  if (count < 2) found.push_back({{reading, seeds}, "needs at least 2 seeds"});
  else if (of_seeds && !e.ensemble.sizes.empty() && e.ensemble.sizes.back() > count)
    found.push_back({{sizes, of, seeds},
                     fmt::format("{} members need as many seeds; there are {}", e.ensemble.sizes.back(), count)});
  for (const std::string_view key : keys_of_other_tests(e.data))
    found.push_back({{key, reading},
                     fmt::format("gives every seed different test examples, whose predictions cannot be compared{}",
                                 key == "data.subset" ? "; give data.split_seed" : "")});
}

}  // namespace

void check_ascending(std::string_view path, const std::vector<std::int64_t>& values, std::vector<Conflict>& found) {
  if (std::ranges::adjacent_find(values, std::greater_equal{}) != values.end())
    found.push_back({{path}, "must be in ascending order"});
}

std::vector<Conflict> check(const Experiment& e, const Given& given) {
  std::vector<Conflict> found;
  check_engine(e, found);
  check_probes(e, found);
  const bool sizes_fit = check_data(e, found);
  check_model(e, found);
  check_train(e, sizes_fit, found);
  check_readings(e, given, found);
  if (!sizes_fit) return found;
  check_evaluation(e, split_sizes(e.data).val > 0, found);
  check_probe_steps(e, found);
  return found;
}

}  // namespace descent::config
