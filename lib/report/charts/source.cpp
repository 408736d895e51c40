#include "report/charts/source.h"

#include <algorithm>

#include "core/text.h"
#include "report/canvas.h"

namespace descent::report {
namespace {

constexpr double few_epochs = 3;
constexpr double log_range = 50;
constexpr double early = 0.1, mostly = 0.7;  // logarithmic axis if 0.7 of the change is in the first tenth

// True if the curve changes mostly in its first part, and that part has enough evaluations to show it.
bool is_early(const std::vector<MeanAt>& curve) {
  if (curve.size() < 20) return false;
  const auto value = [](const MeanAt& at) { return at.value.mean; };
  const auto [min, max] = std::ranges::minmax(curve, {}, value);
  const auto split = std::ranges::find_if(curve, [&](const MeanAt& at) { return at.x >= early * curve.back().x; });
  if (split - curve.begin() < 5) return false;
  const auto [a, b] = std::ranges::minmax_element(curve.begin(), split + 1, {}, value);
  return value(*b) - value(*a) >= mostly * (value(max) - value(min));
}

// Powers of ten, and twice and five times these if they span less than three decades.
std::vector<double> decimal_ticks(double from, double to) {
  std::vector<double> ticks;
  for (double power = std::pow(10, std::floor(std::log10(from))); power <= to * 1.001; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0})
      if ((factor == 1 || to < from * 1000) && power * factor >= from * 0.999 && power * factor <= to * 1.001)
        ticks.push_back(power * factor);
  return ticks;
}

}  // namespace

Source::Source(const plan::Plan& plan, const store::Results& results)
    : plan(plan), results(results), factors(varying_factors(plan)), seeds(plan.runs.size() / plan.points.size()),
      diverged(plan.runs.size()), curves(plan.runs.size()), summary(plan.runs.size()) {
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    diverged[run] = store::state_in(cells) == store::RunState::diverged;
    for (const std::string& cell : cells) summary[run].push_back(core::parse_number(cell).value_or(nan));
  });
  std::array<std::size_t, curve_names.size()> columns{};
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i] = store::column_at(store::curve_columns(), curve_names[i]);
  results.for_each_row(store::Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    Evaluation& row = curves[run].emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row[i] = core::parse_number(cells[columns[i]]).value_or(nan);
      has[i] = has[i] || std::isfinite(row[i]);
    }
  });
}

Source::Source(const plan::Plan& part, const Source& whole, const std::vector<std::size_t>& points)
    : plan(part), results(whole.results), factors(varying_factors(part)), seeds(whole.seeds), has(whole.has) {
  for (const std::size_t point : points)
    for (std::size_t run = point * seeds; run < (point + 1) * seeds; ++run) {
      diverged.push_back(whole.diverged[run]);
      curves.push_back(whole.curves[run]);
      summary.push_back(whole.summary[run]);
    }
}

std::vector<std::size_t> Source::runs_of(std::size_t point) const {
  std::vector<std::size_t> runs;
  for (std::size_t run = point * seeds; run < (point + 1) * seeds; ++run)
    if (!summary[run].empty() && !diverged[run]) runs.push_back(run);
  return runs;
}

std::size_t Source::diverged_of(std::size_t point) const {
  std::size_t count = 0;
  for (std::size_t run = point * seeds; run < (point + 1) * seeds; ++run) count += diverged[run];
  return count;
}

double Source::summary_value(std::size_t run, std::string_view column) const {
  return summary[run].empty() ? nan : summary[run][store::column_at(store::summary_columns(), column)];
}

bool Source::has_summary(std::string_view column) const {
  for (std::size_t run = 0; run < summary.size(); ++run)
    if (std::isfinite(summary_value(run, column))) return true;
  return false;
}

std::optional<Column> curve_column(std::string_view metric) {
  const auto found = std::find(curve_names.begin() + train_loss, curve_names.end(), metric);
  if (found == curve_names.end()) return {};
  return static_cast<Column>(found - curve_names.begin());
}

std::string words_of(std::string_view column) {
  std::string words(column);
  std::ranges::replace(words, '_', ' ');
  for (const auto& [name, word] : {std::pair{"train ", "training "}, {"val ", "validation "}})
    if (const std::size_t at = words.find(name); at != words.npos)
      words.replace(at, std::string_view(name).size(), word);
  return words;
}

std::optional<stats::Description> describe_finite(const std::vector<double>& values) {
  std::vector<double> finite;
  std::ranges::copy_if(values, std::back_inserter(finite), [](double value) { return std::isfinite(value); });
  if (finite.empty()) return {};
  return stats::describe(finite);
}

std::optional<stats::Description> describe_summary(const Source& source, std::size_t point, std::string_view column) {
  std::vector<double> values;
  for (const std::size_t run : source.runs_of(point)) values.push_back(source.summary_value(run, column));
  return describe_finite(values);
}

std::vector<MeanAt> mean_curve(const Source& source, std::size_t point, Column column, Column x, std::size_t count,
                               bool logarithmic) {
  const std::vector<std::size_t> runs = source.runs_of(point);
  std::vector<std::size_t> lengths;
  for (const std::size_t run : runs) lengths.push_back(source.curves[run].size());
  std::ranges::sort(lengths);
  std::vector<MeanAt> curve;
  for (const std::size_t row : thinned(lengths.empty() ? 0 : lengths[lengths.size() / 2], count, logarithmic)) {
    std::vector<double> values;
    double position = 0;
    for (const std::size_t run : runs) {
      if (row >= source.curves[run].size()) continue;
      position = source.curves[run][row][x];
      values.push_back(source.curves[run][row][column]);
    }
    if (const auto value = describe_finite(values)) curve.push_back({position, *value});
  }
  return curve;
}

std::vector<std::size_t> thinned(std::size_t n, std::size_t count, bool logarithmic) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < std::min(n, count); ++i) {
    const double share = count <= 1 ? 0 : static_cast<double>(i) / static_cast<double>(std::min(n, count) - (n > 1));
    const double last = static_cast<double>(n - 1);
    const double at = n <= count ? static_cast<double>(i) : logarithmic ? std::pow(last + 1, share) - 1 : share * last;
    const auto index = static_cast<std::size_t>(std::lround(at));
    if (kept.empty() || index > kept.back()) kept.push_back(index);
  }
  return kept;
}

Time time_of(const Source& source, Column measured) {
  double longest = 0, shortest = INFINITY, first = INFINITY, last_epoch = 0;
  std::size_t early_points = 0, points = 0;
  for (const auto& curve : source.curves)
    if (!curve.empty()) last_epoch = std::max(last_epoch, curve.back()[epoch]);
  const Column column = source.time.value_or(last_epoch <= few_epochs ? step : epoch);
  for (std::size_t point = 0; point < source.plan.points.size(); ++point) {
    const std::vector<MeanAt> curve = mean_curve(source, point, measured, column);
    if (curve.empty()) continue;
    ++points;
    early_points += is_early(curve);
    longest = std::max(longest, curve.back().x);
    shortest = std::min(shortest, curve.back().x);
    for (const MeanAt& at : curve)
      if (at.x > 0) first = std::min(first, at.x);
  }
  Time time{
      column, points > 0 && early_points * 2 > points, shortest * 2 > longest, {column == step ? "step" : "epoch"}};
  if (time.logarithmic) {
    time.axis.scale = {{"type", "symlog"}, {"constant", first}, {"nice", false}};
    time.axis.ticks = decimal_ticks(first, longest);
    time.axis.ticks.insert(time.axis.ticks.begin(), 0);
  } else {
    time.axis.scale = {{"nice", false}};
  }
  return time;
}

void Range::add(double value) {
  if (!std::isfinite(value)) return;
  min = std::min(min, value);
  max = std::max(max, value);
}

Axis value_axis(const std::string& title, const Range& main, const Range& all, bool from_zero,
                config::PlotScale scale) {
  const bool logarithmic = scale == config::PlotScale::automatic ? !from_zero && spans_decades(main.min, main.max)
                                                                 : scale == config::PlotScale::logarithmic;
  if (!logarithmic || !(main.min > 0)) return {title, {{"zero", from_zero}}, {}, all.min >= 0 ? 0 : -INFINITY};
  // Values far below the main means, or not positive, are drawn at the floor.
  const double floor = std::max(all.min, main.min / log_range) / 1.3, top = all.max * 1.3;
  return {title, {{"type", "log"}, {"domain", {floor, top}}, {"nice", false}}, decimal_ticks(floor, top), floor};
}

Axis factor_axis(const Factor& factor) {
  Axis axis{factor.title()};
  if (factor.levels.size() <= 16) axis.ticks = factor.numbers;
  switch (factor.spacing) {
    case Spacing::linear: axis.scale = {{"zero", false}, {"nice", false}}; break;
    case Spacing::logarithmic: axis.scale = {{"type", "log"}, {"nice", false}}; break;
    case Spacing::from_zero: axis.scale = {{"type", "symlog"}, {"constant", factor.numbers[1]}, {"nice", false}}; break;
  }
  axis.scale["padding"] = 12;
  return axis;
}

}  // namespace descent::report
