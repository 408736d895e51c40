#pragma once
// The list of values of one factor: written out, {"range": [from, to, step]} or {"logspace": [from, to,
// count]}.

#include <string>
#include <vector>

#include "config/json.h"
#include "config/reader.h"

namespace descent::config {

inline constexpr std::size_t most_points = 100'000;

// Values have the position where they, or the range, are written. Whole numbers stay whole when the ends are.
std::vector<Json> sweep_values(const Json& given, const std::string& path, Problems& problems);

}  // namespace descent::config
