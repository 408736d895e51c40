#pragma once
// Normalization of the inputs and targets (data.normalize, data.normalize_targets).

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace descent::formats {

// x -> (x - shift) * scale, feature by feature; a feature that is constant in training becomes 0.
struct Scaling {
  std::vector<double> shift, scale;  // [features]

  // Of one feature, there and back; itself where the scaling is empty.
  double apply(double value, std::size_t feature) const {
    return scale.empty() ? value : (value - shift[feature]) * scale[feature];
  }
  double invert(double value, std::size_t feature) const {
    return scale.empty() ? value : value / scale[feature] + shift[feature];
  }
};

// Of a run, and what its network sees.
struct Scalings {
  Scaling inputs, targets;
};

// As texts that saved weights carry, of the "input" or the "target", and back; nothing where there is none.
std::map<std::string, std::string> texts_of(const Scaling& scaling, const std::string& of);
std::optional<Scaling> scaling_in(const std::map<std::string, std::string>& texts, const std::string& of);

}  // namespace descent::formats
