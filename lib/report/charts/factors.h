#pragma once
// What the sweep varies, as axes, colours and panels of charts.

#include <functional>
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
  const std::string& level(std::size_t point) const { return levels[level_of[point]]; }
  double number(std::size_t point) const { return numbers[level_of[point]]; }
  std::string title() const;  // "dropout rate"
};

// Those that have several values and do not follow from one before them, as in a zip.
std::vector<Factor> varying_factors(const plan::Plan& plan);

// The categories as one, each combination a level, where few of all combinations occur, as in a sweep of several parts.
std::vector<Factor> joined(const std::vector<Factor>& factors);

// How numbers are best laid out on an axis.
Spacing spacing_of(const std::vector<double>& values);

using Factors = std::vector<const Factor*>;
// All but one.
Factors all_of(const std::vector<Factor>& factors, const Factor* but = nullptr);

// What becomes of the factors in a chart of points.
struct Layout {
  const Factor *x = nullptr, *color = nullptr;  // null: none
  Factors panel{};                              // the others
};

// The factor with the most merit becomes the colour; none without merit.
Layout colored(const std::vector<Factor>& factors, const Factor* x,
               const std::function<std::size_t(const Factor&)>& merit);

// `least_levels`: that a number on the axis x takes while the others stay the same; more than 8 colours are too many.
Layout layout_of(const std::vector<Factor>& factors, std::size_t least_levels);

// "norm=batch, gain=3": these factors at a point; of a single one only the value where `short_form`.
std::string label_of(const Factors& factors, std::size_t point, bool short_form = false);
// The same as the name of a series.
std::string series_label(const Factors& factors, std::size_t point);

}  // namespace descent::report
