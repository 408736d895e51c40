#include "claims/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "claims/crossing.h"
#include "claims/shapes.h"
#include "claims/values.h"
#include "config/check.h"
#include "core/error.h"
#include "core/text.h"
#include "stats/bias_variance.h"
#include "stats/bootstrap.h"
#include "stats/double_descent.h"
#include "stats/stats.h"

namespace descent::claims {
namespace {

using Matrix = std::vector<std::vector<double>>;  // by place, then seed
using Sample = std::vector<std::size_t>;

std::unique_ptr<Program> program_of(const std::string& column, const Domain& domain) {
  std::optional<Finding> wrong;
  std::vector<Finding> findings;
  return compile(*parse(column + " == 0", wrong), domain, findings);
}

bool is_numeric(const Domain& domain, const std::string& factor) {
  for (std::size_t point = 0; point < domain.points(); ++point)
    if (!core::parse_number(domain.value(factor, point))) return false;
  return true;
}

std::string path_of(const Domain& domain, const std::string& factor) {
  if (!factor.empty()) {
    std::string problem;
    const auto path = domain.resolve(factor, problem);
    if (!path) throw core::InputError("--over: " + problem);
    if (!is_numeric(domain, *path))
      throw core::InputError(fmt::format("--over: the values of {} are no numbers", factor));
    return *path;
  }
  std::vector<std::string> numeric;
  for (const std::string& path : domain.factors())
    if (is_numeric(domain, path)) numeric.push_back(path);
  if (std::ranges::find(numeric, "model.width") != numeric.end()) return "model.width";
  if (numeric.size() == 1) return numeric[0];
  throw core::InputError(numeric.empty() ? "nothing to analyze: no factor of the sweep is a number"
                                         : fmt::format("several factors are numbers; choose one: --over {}",
                                                       core::join(numeric, " or --over ")));
}

std::vector<double> means_of(const Matrix& matrix, const Sample& sample) {
  std::vector<double> means;
  for (const std::vector<double>& row : matrix) {
    double sum = 0;
    for (const std::size_t seed : sample) sum += row[seed];
    means.push_back(sum / static_cast<double>(sample.size()));
  }
  return means;
}

Sample everyone(std::size_t seeds) {
  Sample sample(seeds);
  std::iota(sample.begin(), sample.end(), std::size_t{0});
  return sample;
}

void add_interval(Estimate& estimate, std::vector<double> replicates, std::size_t seeds) {
  if (seeds < stats::least_for_bootstrap || replicates.empty()) return;
  std::tie(estimate.low, estimate.high) = stats::expanded_percentile(std::move(replicates), seeds);
}

// The six numbers of a peak, each with those of the resamples that have one.
Descent read_descent(const std::string& column, const Matrix& matrix, const std::vector<double>& places) {
  const std::size_t seeds = matrix[0].size();
  using Numbers = std::array<double, 6>;
  const auto numbers_of = [&](const Sample& sample) -> std::optional<Numbers> {
    const std::vector<double> means = means_of(matrix, sample);
    const auto peak = stats::find_peak(means);
    if (!peak) return std::nullopt;
    return Numbers{means[peak->before],  means[peak->peak],  means[peak->after],
                   places[peak->before], places[peak->peak], places[peak->after]};
  };
  Descent descent{.column = column};
  const auto numbers = numbers_of(everyone(seeds));
  descent.has_peak = numbers.has_value();
  if (!numbers) return descent;
  std::array<std::vector<double>, 6> replicates;
  std::size_t with_peak = 0;
  if (seeds >= stats::least_for_bootstrap)
    for (const Sample& sample : stats::resamples(seeds))
      if (const auto drawn = numbers_of(sample)) {
        ++with_peak;
        for (std::size_t i = 0; i < drawn->size(); ++i) replicates[i].push_back((*drawn)[i]);
      }
  descent.peak_share = static_cast<double>(with_peak) / stats::bootstrap_resamples;
  const std::array<Estimate*, 6> estimates{&descent.before,    &descent.peak,    &descent.after,
                                           &descent.before_at, &descent.peak_at, &descent.after_at};
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    estimates[i]->value = (*numbers)[i];
    add_interval(*estimates[i], std::move(replicates[i]), seeds);
  }
  return descent;
}

Estimate read_threshold(const Matrix& errors, const std::vector<double>& places) {
  const std::size_t seeds = errors[0].size();
  const auto threshold_of = [&](const Sample& sample) {
    std::vector<double> means = means_of(errors, sample);
    for (double& mean : means) mean -= fitted;
    return crossing(means, places, Relation::at_most);
  };
  Estimate estimate{threshold_of(everyone(seeds)), {}, {}};
  std::vector<double> replicates;
  if (seeds >= stats::least_for_bootstrap)
    for (const Sample& sample : stats::resamples(seeds)) replicates.push_back(threshold_of(sample));
  add_interval(estimate, std::move(replicates), seeds);
  return estimate;
}

Estimate jackknifed(const stats::BiasVariance& row, std::optional<double> stats::BiasVariance::* part) {
  std::vector<double> without;
  for (const stats::BiasVariance& others : row.without) without.push_back(*(others.*part));
  if (without.empty()) return {*(row.*part), {}, {}};
  const stats::Description told = stats::describe(stats::pseudo_values(*(row.*part), without));
  return {told.mean, told.low, told.high};
}

// By point.
std::vector<std::optional<Decomposed>> decompose(const store::Results& results, const plan::Plan& plan) {
  std::vector<std::optional<Decomposed>> found(plan.points.size());
  for (const plan::Point& point : plan.points)
    if (!point.experiment.record.predictions || !config::keys_of_other_tests(point.experiment.data).empty())
      return found;
  stats::for_each_bias_variance(
      results, plan,
      [&](const stats::BiasVariance& row) {
        using B = stats::BiasVariance;
        found[row.point] = {row.n, jackknifed(row, &B::unbiased_squared_bias),
                            jackknifed(row, &B::unbiased_squared_variance)};
      },
      true);
  return found;
}

// Sum and number of the test errors by epoch, from all curves of a point; by point.
using CurveSums = std::vector<std::map<double, std::pair<double, std::size_t>>>;

CurveSums sum_curves(const store::Results& results, const plan::Plan& plan) {
  const std::size_t epoch_at = column_at(store::curve_columns(), "epoch"),
                    error_at = column_at(store::curve_columns(), "test_error");
  CurveSums sums(plan.points.size());
  results.for_each_row(store::Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    const auto epoch = core::parse_number(cells[epoch_at]), error = core::parse_number(cells[error_at]);
    if (!epoch || !error) return;
    auto& [sum, count] = sums[plan.runs[run].point][*epoch];
    sum += *error;
    ++count;
  });
  return sums;
}

// About eight epochs, evenly spaced in their logarithm, of those that the first point has.
EpochMap map_of(const CurveSums& sums, const std::vector<std::size_t>& points) {
  EpochMap map;
  std::vector<double> all;
  for (const auto& [epoch, sum] : sums[points[0]])
    if (epoch > 0) all.push_back(epoch);
  constexpr double columns = 8;
  for (double i = 0; i <= columns && !all.empty(); ++i) {
    const double wanted = all[0] * std::pow(all.back() / all[0], i / columns);
    const double epoch = *std::ranges::min_element(all, {}, [&](double e) { return std::abs(e - wanted); });
    if (map.epochs.empty() || map.epochs.back() != epoch) map.epochs.push_back(epoch);
  }
  for (const std::size_t point : points) {
    auto& row = map.means.emplace_back();
    for (const double epoch : map.epochs) {
      const auto found = sums[point].find(epoch);
      row.push_back(found == sums[point].end()
                        ? std::nullopt
                        : std::optional(found->second.first / static_cast<double>(found->second.second)));
    }
  }
  return map;
}

// The seeds that have finished with a number at every point.
Matrix matrix_of(const Values& column, const std::vector<std::size_t>& points) {
  Matrix matrix(points.size());
  for (std::size_t seed = 0; seed < column.seeds; ++seed) {
    const auto run = [&](std::size_t point) { return point * column.seeds + seed; };
    const auto done = [&](std::size_t point) {
      return column.states[run(point)] == RunState::done && std::isfinite(column.numbers[0][run(point)]);
    };
    if (!std::ranges::all_of(points, done)) continue;
    for (std::size_t p = 0; p < points.size(); ++p) matrix[p].push_back(column.numbers[0][run(points[p])]);
  }
  return matrix;
}

}  // namespace

std::vector<Analysis> analyze(const store::Results& results, const plan::Plan& plan, std::string& factor) {
  const Domain domain(plan);
  const std::string path = path_of(domain, factor);
  factor = domain.short_name(path);
  static constexpr std::array columns{"final_train_error", "final_test_error", "final_test_loss"};
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<const Program*> pointers;
  for (const char* column : columns) {
    programs.push_back(program_of(column, domain));
    pointers.push_back(programs.back().get());
  }
  const std::vector<Values> values = read_values(results, plan, pointers);
  const CurveSums sums = sum_curves(results, plan);
  const auto decomposed = decompose(results, plan);
  const Node& node = *programs[0]->root->children[0];
  const auto grouped = group(node.shape, path, domain);
  if (!grouped) throw core::InputError(fmt::format("nothing to analyze: {} has one value only", factor));

  std::vector<Analysis> found;
  const auto naming = naming_axes(grouped->shape);
  for (std::size_t entry = 0; entry < grouped->rows.size(); ++entry) {
    Analysis analysis;
    analysis.where = label_of(domain, grouped->shape, entry, naming);
    std::vector<std::size_t> points;
    for (const std::size_t member : grouped->rows[entry]) {
      points.push_back(node.points[member]);
      analysis.places.push_back(grouped->places[member]);
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Matrix matrix = matrix_of(values[i], points);
      if (matrix[0].empty()) continue;
      analysis.seeds = matrix[0].size();
      if (i == 0) analysis.threshold = read_threshold(matrix, analysis.places);
      else analysis.descents.push_back(read_descent(columns[i], matrix, analysis.places));
    }
    for (const std::size_t point : points) analysis.bias_variance.push_back(decomposed[point]);
    if (std::ranges::none_of(analysis.bias_variance, [](const auto& part) { return part.has_value(); }))
      analysis.bias_variance.clear();
    analysis.map = map_of(sums, points);
    found.push_back(std::move(analysis));
  }
  return found;
}

}  // namespace descent::claims
