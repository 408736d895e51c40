#pragma once
// What several probes need of one moment.

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "probe/probes.h"

namespace descent::probe {

// Called with the layer ("" for the whole network) and the value of each measurement.
using Add = std::function<void(std::string layer, double value)>;

// The gradient of a residual network by the number of branches that a path passes: 0 ... blocks.
struct PathLengths {
  std::vector<double> share;  // of the gradient, by length
  double mean, reach;         // mean length by share; length up to which paths carry 95 %
  double factor;              // of the gradient's norm for each branch passed
};

struct ProbeContext : Subject {
  const DriftState& drift;             // of the last moment
  std::optional<PathLengths> paths{};  // computed when the first probe asks: path_lengths()
};

// Mean and standard deviation of each unit over the rows of [rows, features].
struct UnitMoments {
  std::vector<double> mean, sd;
};
UnitMoments unit_moments(const at::Tensor& values);

}  // namespace descent::probe
