#include "report/charts/factors.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "claims/domain.h"
#include "core/text.h"
#include "report/charts/chart.h"

namespace descent::report {
namespace {

constexpr std::size_t max_colors = 8;
constexpr std::string_view no_effect = "-";
constexpr double geometric_range = 12;  // smallest ratio of the largest to the smallest value for a logarithmic axis

// Sorts the levels if all are numbers.
void sort_numbers(Factor& factor) {
  std::vector<std::pair<double, std::size_t>> order;  // the numbers and their indices
  for (std::size_t i = 0; i < factor.levels.size(); ++i)
    if (const auto number = core::parse_number(factor.levels[i]); number && std::isfinite(*number))
      order.emplace_back(*number, i);
  if (order.size() < factor.levels.size()) return;
  std::ranges::sort(order);
  std::vector<std::size_t> rank(order.size());
  std::vector<std::string> levels;
  for (const auto& [number, place] : order) {
    rank[place] = levels.size();
    levels.push_back(factor.levels[place]);
    factor.numbers.push_back(number);
  }
  for (std::size_t& level : factor.level_of) level = rank[level];
  factor.levels = levels;
  factor.spacing = spacing_of(factor.numbers);
}

// The largest number of points that differ only in the factor.
std::size_t longest_line(const std::vector<Factor>& factors, const Factor& factor) {
  std::map<std::vector<std::size_t>, std::size_t> lengths;
  std::size_t longest = 0;
  for (std::size_t point = 0; point < factor.level_of.size(); ++point) {
    std::vector<std::size_t> levels;
    for (const Factor* other : pointers_to(factors, &factor)) levels.push_back(other->level_of[point]);
    longest = std::max(longest, ++lengths[levels]);
  }
  return longest;
}

}  // namespace

std::string Factor::title() const {
  std::string words = path.substr(path.find('.') + 1);  // npos + 1: a path of one word
  for (char& c : words)
    if (c == '.' || c == '_') c = ' ';
  return words;
}

std::vector<Factor> varying_factors(const plan::Plan& plan) {
  const claims::Domain domain(plan);
  std::vector<Factor> factors;
  for (const std::string& path : plan.factors) {
    Factor factor{path, domain.short_name(path), {}, {}, {}};
    const auto set_levels = [&](auto text) {
      factor.levels.clear();
      factor.level_of.clear();
      for (std::size_t point = 0; point < plan.points.size(); ++point)
        factor.level_of.push_back(add_once(factor.levels, (domain.*text)(path, point)));
    };
    set_levels(&claims::Domain::label);
    sort_numbers(factor);
    if (!factor.numeric()) set_levels(&claims::Domain::effective_label);
    const auto determines_it = [&](const Factor& earlier) {
      return claims::determines(earlier.level_of, factor.level_of);
    };
    if (factor.levels.size() > 1 && std::ranges::none_of(factors, determines_it)) factors.push_back(factor);
  }
  return factors;
}

std::vector<Factor> merge_categories(const std::vector<Factor>& factors) {
  if (factors.size() < 2) return factors;
  std::vector<Factor> result;
  Factor all;
  std::size_t combinations = 1, first = 0;
  std::vector<std::string> labels(factors[0].level_of.size());
  for (const Factor& factor : factors) {
    if (factor.numeric()) {
      result.push_back(factor);
      continue;
    }
    if (all.path.empty()) first = result.size();
    all.path += (all.path.empty() ? "" : ", ") + factor.title();
    combinations *= factor.levels.size();
    for (std::size_t point = 0; point < labels.size(); ++point) {
      const std::string& level = factor.level(point);
      if (level == no_effect) continue;
      const bool needs_name = level == "true" || level == "false";
      labels[point] += (labels[point].empty() ? "" : ", ") + (needs_name ? factor.name + "=" : "") + level;
    }
  }
  for (const std::string& label : labels) all.level_of.push_back(add_once(all.levels, label));
  if (all.levels.size() >= combinations || all.levels.size() > max_colors) return factors;
  result.insert(result.begin() + static_cast<std::ptrdiff_t>(first), all);
  return result;
}

Spacing spacing_of(const std::vector<double>& values) {
  double min = INFINITY, max = 0;
  bool zero = false;
  for (const double value : values) {
    if (value < 0) return Spacing::linear;
    zero = zero || value == 0;
    if (value > 0) min = std::min(min, value);
    max = std::max(max, value);
  }
  if (!(max / min >= geometric_range)) return Spacing::linear;
  return zero ? Spacing::from_zero : Spacing::logarithmic;
}

Factors pointers_to(const std::vector<Factor>& factors, const Factor* except) {
  Factors all;
  for (const Factor& factor : factors)
    if (&factor != except) all.push_back(&factor);
  return all;
}

Layout choose_color(const std::vector<Factor>& factors, const Factor* x,
                    const std::function<std::size_t(const Factor&)>& score) {
  Layout layout{x};
  std::size_t most = 0;
  for (const Factor* factor : pointers_to(factors, x))
    if (score(*factor) > most) {
      layout.color = factor;
      most = score(*factor);
    }
  for (const Factor* factor : pointers_to(factors, x))
    if (factor != layout.color) layout.panel.push_back(factor);
  return layout;
}

Layout layout_of(const std::vector<Factor>& factors, std::size_t min_levels) {
  const Factor* x = nullptr;
  std::size_t most = min_levels - 1;
  for (const Factor& factor : factors) {
    if (!factor.numeric() || factor.role == Role::color || longest_line(factors, factor) <= most) continue;
    x = &factor;
    most = longest_line(factors, factor);
  }
  const auto asked = [&](Role role) {
    const auto found = std::ranges::find(factors, role, &Factor::role);
    return found == factors.end() ? nullptr : &*found;
  };
  if (const Factor* wanted = asked(Role::x)) x = wanted->numeric() ? wanted : nullptr;
  // The color: the category with the most levels that colors can distinguish, otherwise such a number.
  const Factor* color = asked(Role::color);
  return choose_color(factors, x, [=](const Factor& factor) -> std::size_t {
    if (color) return &factor == color;
    if (factor.levels.size() > max_colors || factor.role == Role::x) return 0;
    return factor.levels.size() + (factor.numeric() ? 0 : 100);
  });
}

std::string label_of(const Factors& factors, std::size_t point, bool short_form) {
  if (short_form && factors.size() == 1) return factors[0]->level(point);
  std::string label;
  for (const Factor* factor : factors) {
    if (factor->level(point) == no_effect) continue;
    label += (label.empty() ? "" : ", ") + factor->name + (factor->name.empty() ? "" : "=") + factor->level(point);
  }
  return label;
}

std::string series_label(const Factors& factors, std::size_t point) {
  const std::string label = label_of(factors, point);
  return label.empty() ? "all runs" : label;
}

}  // namespace descent::report
