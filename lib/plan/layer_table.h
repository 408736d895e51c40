#pragma once
// The layers of a network as a table to print, like Keras' summary().

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/layers.h"

namespace descent::plan {

struct LayerRow {
  std::string name{}, kind{};  // "conv0", "convolution 5x5, stride 2"
  std::vector<std::int64_t>
      output{};  // shape for one example: [features], [channels, length] or [channels, height, width]
  std::int64_t parameters = 0;
  std::optional<std::int64_t> fan_in{};  // layers with weights only
  std::optional<double> initial_sd{};    // layers with weights only

  bool operator==(const LayerRow&) const = default;
};

// Layers with parameters and pooling layers, in order of computation.
std::vector<LayerRow> layer_table(const config::Experiment& experiment);

// A warning if the feature map shrinks to one position before a convolution whose kernel is larger; otherwise empty.
std::string shrinking_warning(const config::Experiment& experiment);

}  // namespace descent::plan
