#pragma once
// The factors of a sweep as axes, colors and panels of charts.

#include <functional>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace descent::report {

enum class Spacing { linear, logarithmic, from_zero };  // from_zero: logarithmic with an additional 0

enum class Role { automatic, x, color };  // in a chart: chosen by layout_of, or by a plot of the experiment

struct Factor {
  std::string path, name;             // "model.width", "width"; for merged factors "init scheme, residual" and ""
  std::vector<std::string> levels;    // ascending if numeric, otherwise as in the sweep; "-" if without effect
  std::vector<double> numbers;        // the levels as numbers; empty for a category
  std::vector<std::size_t> level_of;  // by point
  Spacing spacing = Spacing::linear;
  Role role = Role::automatic;

  bool numeric() const { return !numbers.empty(); }
  const std::string& level(std::size_t point) const { return levels[level_of[point]]; }
  double number(std::size_t point) const { return numbers[level_of[point]]; }
  std::string title() const;  // "dropout rate"
};

// The factors with several values, without those that an earlier factor determines, as in a zip.
std::vector<Factor> varying_factors(const plan::Plan& plan);

// Merges the categories into one with their combinations as levels, if few of all combinations occur, as in a union.
std::vector<Factor> merge_categories(const std::vector<Factor>& factors);

// The spacing of an axis that suits these numbers.
Spacing spacing_of(const std::vector<double>& values);

using Factors = std::vector<const Factor*>;
// Pointers to all factors, optionally except one.
Factors pointers_to(const std::vector<Factor>& factors, const Factor* except = nullptr);

// The roles of the factors in a chart of points.
struct Layout {
  const Factor *x = nullptr, *color = nullptr;  // null: none
  Factors panel{};                              // the others
};

// Uses the factor with the highest positive score, if any, as color.
Layout choose_color(const std::vector<Factor>& factors, const Factor* x,
                    const std::function<std::size_t(const Factor&)>& score);

// The x axis must have at least `min_levels` levels at fixed values of the other factors; at most 8 colors are used.
Layout layout_of(const std::vector<Factor>& factors, std::size_t min_levels);

// These factors at a point: "norm=batch, gain=3"; only the value of a single one if `short_form`.
std::string label_of(const Factors& factors, std::size_t point, bool short_form = false);
// The label, or "all runs" if it is empty.
std::string series_label(const Factors& factors, std::size_t point);

}  // namespace descent::report
