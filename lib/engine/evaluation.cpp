#include "engine/evaluation.h"

#include <algorithm>

#include "core/random.h"
#include "core/seeds.h"
#include "plan/layers.h"

namespace descent::engine {

bool predicts_in_batches(const config::Model& model) {
  return model.norm.predict_with == config::PredictWith::batch && model.norm.kind == config::NormKind::batch;
}

std::int64_t pass_size(const config::Model& model, std::int64_t start, std::int64_t rows, std::int64_t size) {
  const std::int64_t count = std::min(rows, size - start);
  if (!predicts_in_batches(model) || size - start - count != 1) return count;
  return count > 2 ? count - 1 : count + 1;
}

std::uint64_t PredictionSeed::stream(std::int64_t start, std::int64_t sample) const {
  constexpr int sample_bits = 20;
  return static_cast<std::uint64_t>(start << sample_bits | sample);
}

PredictionSeed prediction_seed(std::int64_t run_seed, std::int64_t step, config::Split split) {
  core::Random random(run_seed, core::Purpose::prediction,
                      static_cast<std::uint64_t>(step) * 4 + static_cast<std::uint64_t>(split));
  const std::uint64_t high = random.next();
  return {high << 32 | random.next()};
}

std::int64_t dropout_samples(const config::Experiment& experiment) {
  return experiment.model.dropout.rate > 0 ? experiment.predict.dropout_samples : 0;
}

std::int64_t observed_rows(const config::Model& model, const data::RunData& data) {
  constexpr std::int64_t max_rows = 1000, max_elements = 1 << 25;
  std::int64_t elements = 1;  // per example
  for (const plan::Layer& layer : plan::layers_of(model, data.shape, data.outputs))
    if (layer.kind == plan::Layer::Kind::convolution) elements += layer.positions * layer.out;
  return std::min({max_rows, data.train.size, std::max(max_elements / elements, std::int64_t{2})});
}

config::Model observed_model(config::Model model) {
  model.norm.statistics_groups = 1;
  model.stochastic_depth = 0;
  return model;
}

}  // namespace descent::engine
