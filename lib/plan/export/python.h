#pragma once
// Exports a network as Python source: a torch.nn.Module in plain PyTorch whose state dict has the names and shapes of
// the weight files.

#include <string>
#include <string_view>

#include "formats/scaling.h"
#include "plan/layers.h"

namespace descent::plan {

// What the exported code of a network depends on.
struct Architecture {
  config::Model model;
  config::Shape input;  // of one example; a signal has height 1
  std::int64_t outputs;
  config::LossKind loss;  // a mixture of experts mixes probabilities with cross_entropy, otherwise outputs

  bool is_signal() const { return input.height == 1; }
  bool has_norm() const { return model.norm.kind != config::NormKind::none; }
};

inline Architecture architecture_of(const config::Experiment& experiment) {
  const config::DataFacts facts = config::data_facts(experiment.data);
  return {experiment.model, facts.shape, facts.outputs, experiment.train.loss.kind};
}

// The name of the exported class.
std::string_view class_name(config::ModelKind kind);

// A file with the docstring `title`. The constructor of the network has no arguments. load() reads the file `weights`
// in the same folder, prepare() normalizes inputs (if data.normalize is set), in_units() reverses the scaling of the
// targets (data.normalize_targets).
std::string python_source(const config::Experiment& experiment, const formats::Scalings& scalings,
                          std::string_view title, std::string_view weights);

}  // namespace descent::plan
