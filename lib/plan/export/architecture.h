#pragma once
// A network as other programs see it: its keys and the shapes at both ends.

#include <cstdint>

#include "config/data_facts.h"
#include "config/experiment.h"

namespace descent::plan {

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

}  // namespace descent::plan
