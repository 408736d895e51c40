#pragma once
// Names in the column "layer" of probes.csv.

#include <optional>
#include <string>
#include <string_view>

namespace descent::config {

// A histogram bin: "linear0 bin=0.025".
struct Bin {
  std::string layer;
  double center;
};
std::string name_of(const Bin& bin);
std::optional<Bin> parse_bin(std::string_view name);  // nullopt if it names a layer without a bin

}  // namespace descent::config
