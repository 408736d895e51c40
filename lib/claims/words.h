#pragma once
// The reductions and functions of the language, each declared once with its name, help and definition.

#include <span>
#include <string>
#include <string_view>

#include "claims/syntax.h"

namespace descent::claims {

// Makes one value of several. `positions` are the values of the factor, or epochs, that belong to them.
struct Reduction {
  std::string_view name, help;
  double (*apply)(std::span<const double> values, std::span<const double> positions);
  bool linear;    // of the means the same as the mean of those of every seed
  bool position;  // gives a position, not a value
};
const Reduction* find_reduction(std::string_view name);

struct Function {
  std::string_view name, help;
  double (*apply)(double);
};
const Function* find_function(std::string_view name);

// The first position at which `values` compare so with 0, interpolated linearly from the one before it; infinite where
// they never do.
double crossing(std::span<const double> values, std::span<const double> positions, Relation relation);

// The language, explained.
std::string language_help();

}  // namespace descent::claims
