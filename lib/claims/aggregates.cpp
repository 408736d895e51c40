#include "claims/aggregates.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "stats/bias_variance.h"
#include "stats/ensembles.h"
#include "stats/jackknife.h"

namespace descent::claims {
namespace {

using Source = Request::Source;

// `numbers` by run.
template <class Row>
void add_row(const Row& row, std::span<const store::Column<Row>> columns, const std::string& name,
             std::vector<double>& numbers) {
  const auto& column = columns[column_at(columns, name)];
  const auto number = [&](const Row& of) { return core::parse_number(column.get(of)).value_or(std::nan("")); };
  std::vector<double> without;
  for (const Row& others : row.without) without.push_back(number(others));
  const std::vector<double> values =
      without.empty() ? std::vector(row.members.size(), number(row)) : stats::pseudo_values(number(row), without);
  for (std::size_t i = 0; i < values.size(); ++i) numbers[row.members[i]] = values[i];
}

// Runs that are in no group change nothing: they get the mean of the others, whose deviations are scaled so that they
// count as much among all. An ensemble of points is one number for all runs of its seed.
void complete(std::vector<double>& numbers, bool by_seed, std::size_t seeds) {
  const std::size_t points = numbers.size() / seeds, groups = by_seed ? seeds : points, size = by_seed ? points : seeds;
  for (std::size_t group = 0; group < groups; ++group) {
    const auto at = [&](std::size_t i) -> double& { return numbers[by_seed ? i * seeds + group : group * seeds + i]; };
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < size; ++i)
      if (!std::isnan(at(i))) sum += at(i), ++count;
    const double mean = sum / count, factor = by_seed ? 0 : static_cast<double>(size) / count;
    for (std::size_t i = 0; i < size; ++i) at(i) = std::isnan(at(i)) ? mean : mean + factor * (at(i) - mean);
  }
}

}  // namespace

void read_aggregates(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests,
                     Values& values) {
  // Adds a row to the requests of a source; `wanted` selects among them.
  const auto add = [&](Source source, const auto& row, auto columns, const auto& wanted) {
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (requests[i].source == source && wanted(requests[i]))
        add_row(row, columns, requests[i].column, values.numbers[i]);
  };
  const auto ensemble = std::ranges::find(requests, Source::ensemble, &Request::source);
  if (ensemble != requests.end())
    stats::for_each_ensemble(
        results, plan,
        [&](const stats::EnsembleScore& row) {
          add(Source::ensemble, row, stats::ensemble_columns(),
              [&](const Request& request) { return request.size == row.size; });
        },
        !ensemble->joins_points);
  if (std::ranges::find(requests, Source::bias_variance, &Request::source) != requests.end())
    stats::for_each_bias_variance(
        results, plan,
        [&](const stats::BiasVariance& row) {
          add(Source::bias_variance, row, stats::bias_variance_columns(), [](const Request&) { return true; });
        },
        true);
  for (std::size_t i = 0; i < requests.size(); ++i)
    if (requests[i].source == Source::ensemble || requests[i].source == Source::bias_variance)
      complete(values.numbers[i], requests[i].joins_points, values.seeds);
}

}  // namespace descent::claims
