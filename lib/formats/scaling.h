#pragma once
// Normalization of the inputs (data.normalize).

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace descent::formats {

// x -> (x - shift) * scale, feature by feature; a feature that is constant in training becomes 0.
struct Scaling {
  std::vector<double> shift, scale;  // [features]
};

// As texts that saved weights carry, and back; nothing where there is none.
std::map<std::string, std::string> texts_of(const Scaling& scaling);
std::optional<Scaling> scaling_in(const std::map<std::string, std::string>& texts);

}  // namespace descent::formats
