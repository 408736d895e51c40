#pragma once
// The list of values of one factor: written out, {"range": [from, to, step]} or {"logspace": [from, to, count]}.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/reader.h"

namespace descent::config {

inline constexpr std::size_t most_points = 100'000;

// A value of a factor and the pointer to where it, or the range that it is from, is written.
struct SweepValue {
  Json json;
  std::string pointer;
};

// What stands at `pointer`, value by value. Integers stay integers when the ends of a range are.
std::vector<SweepValue> sweep_values(const Json& given, const std::string& pointer, const std::string& path,
                                     Problems& problems);

}  // namespace descent::config
