#pragma once
// Normalization of the inputs and targets (data.normalize, data.normalize_targets).

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace descent::formats {

// x -> (x - shift) * scale for each feature; a feature that is constant in the training set becomes 0.
struct Scaling {
  std::vector<double> shift, scale;  // [features]

  // Transform one feature and back; the identity if the scaling is empty.
  double apply(double value, std::size_t feature) const {
    return scale.empty() ? value : (value - shift[feature]) * scale[feature];
  }
  double invert(double value, std::size_t feature) const {
    return scale.empty() ? value : value / scale[feature] + shift[feature];
  }
};

// The scalings of a run.
struct Scalings {
  Scaling inputs, targets;
};

// Convert to metadata of saved weights and back, with the prefix "input" or "target"; nullopt if it is missing.
std::map<std::string, std::string> metadata_of(const Scaling& scaling, const std::string& prefix);
std::optional<Scaling> scaling_from_metadata(const std::map<std::string, std::string>& metadata,
                                             const std::string& prefix);

}  // namespace descent::formats
