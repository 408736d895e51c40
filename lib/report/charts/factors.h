#pragma once
// What the sweep varies, as axes, colours and panels of charts.

#include <string>
#include <vector>

#include "plan/plan.h"

namespace descent::report {

enum class Spacing { linear, logarithmic, from_zero };  // from_zero: logarithmic, with a 0 among the values

enum class Role { chosen, x, color };  // in a chart: left to layout_of, or what a plot asks for

struct Factor {
  std::string path, name;             // "model.width", "width"; of several in one "init scheme, residual" and none
  std::vector<std::string> levels;    // in ascending order where they are numbers, otherwise as in the sweep, "-" where
                                      // the factor has no effect
  std::vector<double> numbers;        // of the levels; empty for a category
  std::vector<std::size_t> level_of;  // by point
  Spacing spacing = Spacing::linear;
  Role role = Role::chosen;

  bool numeric() const { return !numbers.empty(); }
  std::string title() const;  // "dropout rate"
};

// Those that have several values and do not follow from one before them, as in a zip.
std::vector<Factor> varying_factors(const plan::Plan& plan);

// The categories as one, each combination a level, where few of all combinations occur, as in a sweep of several parts.
std::vector<Factor> joined(const std::vector<Factor>& factors);

// How numbers are best laid out on an axis.
Spacing spacing_of(const std::vector<double>& values);

// What becomes of the factors in a chart of points: indices into the factors.
struct Layout {
  std::ptrdiff_t x = -1, color = -1;  // -1: none
  std::vector<std::size_t> panel;     // the others
};

// `least_levels`: that a number on the axis x takes while the others stay the same; more than 8 colours are too many.
Layout layout_of(const std::vector<Factor>& factors, std::size_t least_levels);

// "norm=batch, gain=3": these factors at a point; of a single one only the value where `short_form`.
std::string label_of(const std::vector<Factor>& factors, const std::vector<std::size_t>& which, std::size_t point,
                     bool short_form = false);
std::vector<std::size_t> all_of(const std::vector<Factor>& factors);

}  // namespace descent::report
