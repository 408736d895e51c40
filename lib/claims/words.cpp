#include "claims/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace descent::claims {
namespace {

using Values = std::span<const double>;

double sum(Values values, Values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double mean(Values values, Values) {  // centred at the first: equal values have exactly that mean
  double mean = 0;
  for (const double value : values) mean += (value - values[0]) / static_cast<double>(values.size());
  return values[0] + mean;
}
double minimum(Values values, Values) { return *std::ranges::min_element(values); }
double maximum(Values values, Values) { return *std::ranges::max_element(values); }
double median(Values values, Values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
double argmin(Values values, Values positions) {
  return positions[static_cast<std::size_t>(std::ranges::min_element(values) - values.begin())];
}
double argmax(Values values, Values positions) {
  return positions[static_cast<std::size_t>(std::ranges::max_element(values) - values.begin())];
}

constexpr std::array<Reduction, 7> reduction_table{{
    {"mean", "arithmetic mean", mean, true, false},
    {"sum", "sum", sum, true, false},
    {"median", "median", median, false, false},
    {"min", "smallest value", minimum, false, false},
    {"max", "largest value", maximum, false, false},
    {"argmin", "position of the smallest value, of several the first", argmin, false, true},
    {"argmax", "position of the largest value, of several the first", argmax, false, true},
}};

constexpr std::array<Function, 5> function_table{{
    {"abs", "absolute value", [](double x) { return std::abs(x); }},
    {"log", "natural logarithm", [](double x) { return std::log(x); }},
    {"log10", "decimal logarithm", [](double x) { return std::log10(x); }},
    {"exp", "exponential function", [](double x) { return std::exp(x); }},
    {"sqrt", "square root", [](double x) { return std::sqrt(x); }},
}};

template <class Word> const Word* find(std::span<const Word> words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Reduction> reductions() { return reduction_table; }
std::span<const Function> functions() { return function_table; }
const Reduction* find_reduction(std::string_view name) { return find(reductions(), name); }
const Function* find_function(std::string_view name) { return find(functions(), name); }

}  // namespace descent::claims
