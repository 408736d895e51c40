#include "config/sweep_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace descent::config {
namespace {

// 0.1 + 2 * 0.1 is meant to be 0.3: twelve digits keep the noise of such sums out of files and tables.
Json number_at(double value, bool integer) {
  if (integer) return std::llround(value);
  return *core::parse_number(fmt::format("{:.12g}", value));
}

bool are_three_numbers(const Json& json) {
  return json.is_array() && json.size() == 3 && std::ranges::all_of(json, [](const Json& n) { return n.is_number(); });
}

bool are_integers(const Json& first, const Json& second) {
  return first.is_number_integer() && second.is_number_integer();
}

// Each appends to `values` or returns what is wrong.
std::string too_many() { return fmt::format("more than {} values", most_points); }

std::string range(const Json& ends, std::vector<Json>& values) {
  if (!are_three_numbers(ends)) return "expected \"range\": [from, to, step]";
  const auto [from, to, step] = ends.get<std::array<double, 3>>();
  const double steps = std::floor((to - from) / step + 1e-9);  // `to` belongs to it when the steps hit it
  if (step == 0 || !(steps >= 0)) return "the step does not go from the first number to the second";
  if (steps >= static_cast<double>(most_points)) return too_many();
  const bool integers = are_integers(ends[0], ends[1]) && ends[2].is_number_integer();
  for (int i = 0; i <= static_cast<int>(steps); ++i) values.push_back(number_at(from + i * step, integers));
  return "";
}

std::string logspace(const Json& ends, std::vector<Json>& values) {
  if (!are_three_numbers(ends) || !ends[2].is_number_integer()) return "expected \"logspace\": [from, to, count]";
  const auto [from, to, count] = ends.get<std::array<double, 3>>();
  if (!(from > 0 && to > 0)) return "both ends must be above 0";
  if (count < 2) return "the count must be at least 2";
  if (count > static_cast<double>(most_points)) return too_many();
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const double t = i / (count - 1);
    Json value = number_at(std::exp((1 - t) * std::log(from) + t * std::log(to)), are_integers(ends[0], ends[1]));
    if (values.empty() || value != values.back()) values.push_back(std::move(value));
  }
  return "";
}

}  // namespace

std::vector<SweepValue> sweep_values(const Json& given, const std::string& pointer, const std::string& path,
                                     Problems& problems) {
  std::vector<SweepValue> values;
  if (given.is_array()) {
    if (given.empty()) problems.add(pointer, path, "an empty list sweeps nothing");
    for (std::size_t i = 0; i < given.size(); ++i) values.push_back({given[i], element_pointer(pointer, i)});
    return values;
  }
  const bool is_range = given.contains("range");
  if (given.size() != 1 || (!is_range && !given.contains("logspace"))) {
    problems.add(pointer, path,
                 "expected a list of values, {\"range\": [from, to, step]} or {\"logspace\": [from, to, count]}");
    return values;
  }
  std::vector<Json> generated;
  const std::string ends = pointer + (is_range ? "/range" : "/logspace");
  const std::string problem = is_range ? range(given["range"], generated) : logspace(given["logspace"], generated);
  if (!problem.empty()) problems.add(ends, path, problem);
  for (Json& value : generated) values.push_back({std::move(value), ends});
  return values;
}

}  // namespace descent::config
