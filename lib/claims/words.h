#pragma once
// The words of the language: reductions and functions, once each with what they compute.

#include <span>
#include <string_view>

namespace descent::claims {

// What becomes of several values. `positions` are where they lie: values of the factor, or epochs.
struct Reduction {
  std::string_view name, help;
  double (*apply)(std::span<const double> values, std::span<const double> positions);
  bool linear;  // the same seed by seed as of the means
  bool position;  // gives a position, not a value
};
std::span<const Reduction> reductions();
const Reduction* find_reduction(std::string_view name);
inline bool is_reduction(std::string_view name) { return find_reduction(name); }

struct Function {
  std::string_view name, help;
  double (*apply)(double);
};
std::span<const Function> functions();
const Function* find_function(std::string_view name);
inline bool is_function(std::string_view name) { return find_function(name); }

}  // namespace descent::claims
