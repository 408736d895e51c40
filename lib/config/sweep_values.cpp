#include "config/sweep_values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace descent::config {
namespace {

// The three numbers of a range or logspace.
struct Three {
  std::array<double, 3> value;
  std::array<bool, 3> whole;
};

std::optional<Three> three_numbers(const Json& json) {
  const auto* list = std::get_if<Json::Array>(&json.value);
  if (!list || list->size() != 3) return std::nullopt;
  Three three{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto* whole = std::get_if<std::int64_t>(&(*list)[i].value);
    const auto* real = std::get_if<double>(&(*list)[i].value);
    if (!whole && !real) return std::nullopt;
    three.value[i] = whole ? static_cast<double>(*whole) : *real;
    three.whole[i] = whole != nullptr;
  }
  return three;
}

// 0.1 + 2 * 0.1 is meant to be 0.3: twelve digits keep the noise of such sums out of files and tables.
Json number_at(double value, bool whole, const Json& where) {
  if (whole) return {static_cast<std::int64_t>(std::llround(value)), where.line, where.column};
  const std::string digits = fmt::format("{:.12g}", value);
  double rounded = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
  return {rounded, where.line, where.column};
}

// What is wrong, or the values.
using Values = std::variant<std::string, std::vector<Json>>;

std::string too_many() { return fmt::format("more than {} values", most_points); }

Values range(const Json& ends) {
  const auto three = three_numbers(ends);
  if (!three) return "expected \"range\": [from, to, step]";
  const auto [from, to, step] = three->value;
  const double steps = std::floor((to - from) / step + 1e-9);  // `to` belongs to it when the steps hit it
  if (step == 0 || !(steps >= 0)) return "the step does not lead from the first number to the second";
  if (steps >= static_cast<double>(most_points)) return too_many();
  const bool whole = three->whole[0] && three->whole[1] && three->whole[2];
  std::vector<Json> values;
  for (int i = 0; i <= static_cast<int>(steps); ++i)
    values.push_back(number_at(from + i * step, whole, ends));
  return values;
}

Values logspace(const Json& ends) {
  const auto three = three_numbers(ends);
  if (!three || !three->whole[2]) return "expected \"logspace\": [from, to, count]";
  const auto [from, to, count] = three->value;
  if (!(from > 0 && to > 0)) return "both ends must be above 0";
  if (count < 2) return "the count must be at least 2";
  if (count > static_cast<double>(most_points)) return too_many();
  const bool whole = three->whole[0] && three->whole[1];
  std::vector<Json> values;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const double t = i / (count - 1);
    Json value = number_at(std::exp((1 - t) * std::log(from) + t * std::log(to)), whole, ends);
    if (values.empty() || value.dump() != values.back().dump()) values.push_back(std::move(value));
  }
  return values;
}

}  // namespace

std::vector<Json> sweep_values(const Json& given, const std::string& path, Problems& problems) {
  const auto fail = [&](const Json& where, std::string message) {
    problems.add({where.line, where.column}, path, std::move(message));
    return std::vector<Json>{};
  };
  if (const auto* list = std::get_if<Json::Array>(&given.value))
    return list->empty() ? fail(given, "an empty list sweeps nothing") : *list;
  const Json *range_ends = given.find("range"), *log_ends = given.find("logspace");
  if (!range_ends == !log_ends || std::get<Json::Object>(given.value).size() != 1)
    return fail(
        given,
        "expected a list of values, {\"range\": [from, to, step]} or {\"logspace\": [from, to, count]}");
  Values values = range_ends ? range(*range_ends) : logspace(*log_ends);
  if (const auto* message = std::get_if<std::string>(&values))
    return fail(range_ends ? *range_ends : *log_ends, *message);
  return std::move(std::get<std::vector<Json>>(values));
}

}  // namespace descent::config
