#include "config/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/data_facts.h"

namespace descent::config {
namespace {

std::int64_t most_channels(const Model& model) {
  std::int64_t most = 0;
  if (model.kind == ModelKind::cnn)
    for (const std::int64_t count : channels(model)) most = std::max(most, count);
  if (model.kind == ModelKind::resnet)
    for (const Block& block : residual_blocks(model)) most = std::max(most, block.out);
  return most;
}

}  // namespace

bool takes_test_from_pool(const Data& data) {
  if (is_generated(data.name)) return false;
  return data.test_from == TestFrom::rest || data_facts(data).test_size == 0;
}

Subset chosen_subset(const Data& data) {
  if (data.subset != Subset::automatic) return data.subset;
  const bool official = is_generated(data.name) || data_facts(data).test_size > 0;
  return official ? Subset::first : Subset::stratified;
}

bool is_evaluated(const Evaluate& evaluate, Split split) {
  return evaluate.splits.empty() || std::ranges::find(evaluate.splits, split) != evaluate.splits.end();
}

std::int64_t validation_size(const Data& data, std::int64_t pool) {
  return data.val_size.value_or(std::llround(data.val_fraction.value_or(0) * static_cast<double>(pool)));
}

SplitSizes split_sizes(const Data& data) {
  const DataFacts facts = data_facts(data);
  const std::int64_t pool = facts.train_size, val = validation_size(data, pool);
  if (!takes_test_from_pool(data))
    return {data.train_size.value_or(pool - val), val, data.test_size.value_or(facts.test_size)};
  // If only one of the training and test sizes is given, the other split gets the rest of the pool.
  constexpr double default_fraction = 0.2;
  const double fraction = data.test_fraction.value_or(facts.test_size == 0 ? default_fraction : 0);
  const bool gets_rest = data.train_size && !data.test_fraction;
  const std::int64_t share = std::llround(fraction * static_cast<double>(pool));
  const std::int64_t test = data.test_size.value_or(gets_rest ? pool - val - *data.train_size : share);
  return {data.train_size.value_or(pool - val - test), val, test};
}

std::vector<std::int64_t> hidden_widths(const Model& model) {
  if (model.kind != ModelKind::mlp) return {};
  if (!model.hidden.empty() || !model.width) return model.hidden;
  return std::vector<std::int64_t>(static_cast<std::size_t>(model.depth.value_or(0)), *model.width);
}

bool compares_predictions(const Experiment& experiment) {
  return experiment.ensemble.of != EnsembleOf::none || experiment.bias_variance;
}

Model expert_model(const Model& mixture) {
  return {.hidden = mixture.experts.hidden, .activation = mixture.activation};
}

Model gate_model(const Model& mixture) {
  return {.hidden = mixture.gate.hidden, .activation = mixture.gate.activation};
}

std::int64_t feature_count(const Model& model, std::int64_t inputs) {
  return model.features.kind == FeatureKind::raw ? inputs : model.width.value_or(0);
}

std::int64_t statistics_parts(const Experiment& experiment) {
  return experiment.model.norm.statistics_groups * experiment.train.world_size;
}

bool has_closed_form(const Train& train) { return train.solver.kind != SolverKind::optimizer; }

std::vector<std::int64_t> channels(const Model& model) {
  return model.channels.empty() ? std::vector<std::int64_t>{25, 25, 25} : model.channels;
}

std::vector<std::int64_t> kernels(const Model& model) {
  if (!model.kernels.empty()) return model.kernels;
  std::vector<std::int64_t> sizes(channels(model).size(), 3);
  sizes.front() = 5;
  return sizes;
}

std::vector<std::int64_t> strides(const Model& model) {
  if (!model.strides.empty()) return model.strides;
  const bool is_resnet = model.kind == ModelKind::resnet;
  std::vector<std::int64_t> steps(is_resnet ? blocks(model).size() : channels(model).size(), 2);
  if (is_resnet) steps.front() = 1;
  return steps;
}

std::vector<std::int64_t> max_pool(const Model& model) {
  return model.max_pool.empty() ? std::vector<std::int64_t>(channels(model).size(), 1) : model.max_pool;
}

std::vector<std::int64_t> blocks(const Model& model) {
  return model.blocks.empty() ? std::vector<std::int64_t>{2, 2, 2, 2} : model.blocks;
}

std::int64_t batch_size(const Train& train, std::int64_t train_size) {
  if (train.batch_size == 0 || has_closed_form(train)) return train_size;
  static const std::int64_t default_size = Train().batch_size;
  return train.batch_size == default_size ? std::clamp<std::int64_t>(train_size, 1, default_size) : train.batch_size;
}

std::int64_t steps_per_epoch(const Train& train, std::int64_t train_size) {
  const std::int64_t batch = batch_size(train, train_size);
  return train.drop_last ? train_size / batch : (train_size + batch - 1) / batch;
}

std::int64_t total_steps(const Train& train, std::int64_t train_size) {
  return train.steps.value_or(train.epochs.value_or(0) * steps_per_epoch(train, train_size));
}

std::vector<std::string> unsupported_by_fused(const Experiment& e) {
  std::vector<std::string> reasons;
  const auto decline = [&](bool unsupported, std::string reason) {
    if (unsupported) reasons.push_back(std::move(reason));
  };
  decline(e.device.kind != DeviceKind::cpu, "device " + name_of(e.device));
  decline(e.precision == Precision::tf32 || e.precision == Precision::bf16,
          fmt::format("precision {}", name_of(e.precision)));
  decline(has_closed_form(e.train), fmt::format("train.solver {}", name_of(e.train.solver.kind)));
  decline(e.train.world_size > 1, fmt::format("train.world_size {}", e.train.world_size));
  // Above these sizes the convolutions of LibTorch are as fast or faster (tests/bench/RESULTS.md).
  if (const std::int64_t channels = most_channels(e.model); channels > 0) {
    const Shape shape = data_facts(e.data).shape;
    const bool signal = shape.height == 1;
    decline(!signal && shape.height * shape.width > 144, fmt::format("images of {}x{}", shape.height, shape.width));
    decline(channels > (signal ? 256 : 160), fmt::format("{} channels", channels));
  }
  return reasons;
}

EngineKind chosen_engine(const Experiment& e) {
  if (e.engine != EngineKind::automatic) return e.engine;
  return unsupported_by_fused(e).empty() ? EngineKind::fused : EngineKind::torch;
}

std::string engine_and_device(const Experiment& e) {
  return fmt::format("{} on {}", name_of(chosen_engine(e)), name_of(e.device));
}

}  // namespace descent::config
