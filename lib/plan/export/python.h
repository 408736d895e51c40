#pragma once
// A network as Python source: a torch.nn.Module in plain PyTorch whose parameters and buffers have the names and shapes
// of the files of weights.

#include <string>
#include <string_view>

#include "formats/scaling.h"
#include "plan/layers.h"

namespace descent::plan {

// A network as other programs see it: its keys and the shapes at both ends.
struct Architecture {
  config::Model model;
  config::Shape input;  // of one example; height 1: a signal
  std::int64_t outputs;
  config::LossKind loss;  // with cross_entropy a mixture of experts mixes probabilities, otherwise outputs

  bool is_signal() const { return input.height == 1; }
  bool has_norm() const { return model.norm.kind != config::NormKind::none; }
};

inline Architecture architecture_of(const config::Experiment& experiment) {
  const config::DataFacts facts = config::data_facts(experiment.data);
  return {experiment.model, facts.shape, facts.outputs, experiment.train.loss.kind};
}

// "Mlp", "ConvNet", "ResNet", "LinearModel" or "MixtureOfExperts".
std::string_view class_name(config::ModelKind kind);

// The imports and classes; the network is constructed without arguments: [B, inputs] -> [B, outputs].
std::string python_classes(const Architecture& architecture);

// A whole file: `title` says of which run, `weights` is the name of the file of weights beside it, which load() reads;
// prepare() applies the scaling of the inputs where the experiment has one (data.normalize), in_units() undoes that of
// the targets (data.normalize_targets).
std::string python_source(const config::Experiment& experiment, const formats::Scalings& scalings,
                          std::string_view title, std::string_view weights);

}  // namespace descent::plan
