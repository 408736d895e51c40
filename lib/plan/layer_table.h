#pragma once
// The layers of a network for a person, as Keras' summary() shows them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/layers.h"

namespace descent::plan {

struct LayerRow {
  std::string name{}, kind{};          // name of its tensors; "linear", "convolution 5x5, stride 2", "batch norm"
  std::vector<std::int64_t> output{};  // of one example: features, [channels, length] or [channels, height, width]
  std::int64_t parameters = 0;
  std::optional<std::int64_t> fan_in{};  // of what has weights
  std::optional<double> initial_sd{};    // of these weights

  bool operator==(const LayerRow&) const = default;
};

// Everything with parameters, and what changes the shape between, in order of computation.
std::vector<LayerRow> layer_table(const config::Experiment& experiment);

// Says which layer leaves one position of a map to convolutions behind it that look at several; otherwise empty.
std::string early_shrinking(const config::Experiment& experiment);

}  // namespace descent::plan
