#include "plan/layers.h"

#include "config/data_facts.h"

namespace descent::plan {

std::vector<Layer> layers_of(const config::Model& model, std::int64_t features, std::int64_t outputs) {
  using config::NormKind;
  const NormKind norm = model.norm.kind;
  const bool affine = norm != NormKind::none && model.norm.affine;
  std::vector<Layer> layers;
  std::int64_t in = features;
  for (const std::int64_t width : config::hidden_widths(model)) {
    layers.push_back({in, width, true, affine, affine && norm != NormKind::rms});
    in = width;
  }
  layers.push_back({in, outputs, false, false, false});
  return layers;
}

std::vector<Layer> layers_of(const config::Experiment& experiment) {
  const config::DataFacts facts = config::data_facts(experiment.data);
  return layers_of(experiment.model, facts.features, facts.outputs);
}

std::int64_t parameter_count(const std::vector<Layer>& layers) {
  std::int64_t count = 0;
  for (const Layer& layer : layers)
    count += layer.out * (layer.in + 1 + (layer.norm_affine ? 1 : 0) + (layer.norm_shift ? 1 : 0));
  return count;
}

double forward_flops(const std::vector<Layer>& layers) {
  double flops = 0;
  for (const Layer& layer : layers)
    flops += 2.0 * static_cast<double>(layer.in) * static_cast<double>(layer.out);
  return flops;
}

double training_flops(const std::vector<Layer>& layers) {
  const Layer& first = layers.front();
  return 3 * forward_flops(layers) - 2.0 * static_cast<double>(first.in) * static_cast<double>(first.out);
}

double step_flops(const config::Experiment& experiment) {
  const std::int64_t examples = config::split_sizes(experiment.data).train;
  return training_flops(layers_of(experiment)) *
         static_cast<double>(config::batch_size(experiment.train, examples));
}

double run_flops(const config::Experiment& experiment) {
  const std::int64_t examples = config::split_sizes(experiment.data).train;
  return step_flops(experiment) * static_cast<double>(config::total_steps(experiment.train, examples));
}

}  // namespace descent::plan
