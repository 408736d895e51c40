#pragma once
// The reductions and functions of the language, each declared once with its name, help and definition.

#include <span>
#include <string_view>

namespace descent::claims {

// Makes one value of several. `positions` are the values of the factor, or epochs, that belong to them.
struct Reduction {
  std::string_view name, help;
  double (*apply)(std::span<const double> values, std::span<const double> positions);
  bool linear;    // of the means the same as the mean of those of every seed
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
