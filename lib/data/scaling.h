#pragma once
// Normalization of the inputs (data.normalize).

#include <vector>

namespace descent::data {

// x -> (x - shift) * scale, feature by feature; a feature that is constant in training becomes 0.
struct Scaling {
  std::vector<double> shift, scale;  // [features]
};

}  // namespace descent::data
