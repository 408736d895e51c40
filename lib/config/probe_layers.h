#pragma once
// Names in the column `layer` of probes.csv.

#include <optional>
#include <string>
#include <string_view>

namespace descent::config {

// A bin of a histogram: "linear0 bin=0.025".
struct Bin {
  std::string layer;
  double center;
};
std::string name_of(const Bin& bin);
std::optional<Bin> bin_named(std::string_view name);  // nothing: the name of a layer

}  // namespace descent::config
