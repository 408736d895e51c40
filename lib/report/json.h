#pragma once
// What several reports write as JSON.

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "plan/plan.h"

namespace descent::report {

using Json = nlohmann::ordered_json;

// The values of the factors at a point.
inline Json point_json(const plan::Plan& plan, std::size_t point) {
  Json values = Json::object();
  for (std::size_t i = 0; i < plan.factors.size(); ++i) values[plan.factors[i]] = plan.points[point].values[i];
  return values;
}

// Infinities and NaN, which JSON cannot represent, are left out.
inline void add_finite(Json& json, const char* name, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) json[name] = *value;
}

}  // namespace descent::report
