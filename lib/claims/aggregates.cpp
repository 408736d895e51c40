#include "claims/aggregates.h"

#include <algorithm>
#include <cmath>

#include "stats/bias_variance.h"
#include "stats/bootstrap.h"
#include "stats/ensembles.h"

namespace descent::claims {
namespace {

struct Wanted {
  const Request* request;
  std::vector<double>* numbers;  // by run
};

std::vector<Wanted> wanted_of(Request::Source source, const std::vector<const Program*>& programs,
                              std::vector<Values>& values) {
  std::vector<Wanted> found;
  for (std::size_t p = 0; p < programs.size(); ++p)
    for (std::size_t i = 0; i < programs[p]->requests.size(); ++i)
      if (programs[p]->requests[i].source == source)
        found.push_back({&programs[p]->requests[i], &values[p].numbers[i]});
  return found;
}

template <class Row>
void add_row(const Row& row, std::span<const store::Column<Row>> columns, const Wanted& wanted) {
  const auto& column = *std::ranges::find(columns, wanted.request->column, &store::Column<Row>::name);
  const auto number = [&](const Row& of) {
    const store::Cell cell = column.get(of);
    return std::holds_alternative<double>(cell) ? std::get<double>(cell) : std::nan("");
  };
  std::vector<double> without;
  for (const Row& others : row.without) without.push_back(number(others));
  const std::vector<double> values = without.empty() ? std::vector(row.members.size(), number(row))
                                                     : stats::pseudo_values(number(row), without);
  for (std::size_t i = 0; i < values.size(); ++i) (*wanted.numbers)[row.members[i]] = values[i];
}

// Runs that are in no group change nothing: they get the mean of the others, whose deviations grow so that
// they count as much among all. An ensemble of points is one number for all runs of its seed.
void complete(const Wanted& wanted, std::size_t seeds) {
  const bool by_seed = wanted.request->joins_points;
  const std::size_t points = wanted.numbers->size() / seeds, teams = by_seed ? seeds : points,
                    size = by_seed ? points : seeds;
  for (std::size_t team = 0; team < teams; ++team) {
    const auto at = [&](std::size_t i) -> double& {
      return (*wanted.numbers)[by_seed ? i * seeds + team : team * seeds + i];
    };
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < size; ++i)
      if (!std::isnan(at(i))) sum += at(i), ++count;
    const double mean = sum / count, factor = by_seed ? 0 : static_cast<double>(size) / count;
    for (std::size_t i = 0; i < size; ++i) at(i) = std::isnan(at(i)) ? mean : mean + factor * (at(i) - mean);
  }
}

}  // namespace

void read_aggregates(const store::Results& results, const plan::Plan& plan,
                     const std::vector<const Program*>& programs, std::vector<Values>& values) {
  const auto ensembles = wanted_of(Request::Source::ensemble, programs, values),
             decompositions = wanted_of(Request::Source::bias_variance, programs, values);
  if (!ensembles.empty())
    stats::for_each_ensemble(
        results, plan,
        [&](const stats::Ensemble& row) {
          for (const Wanted& wanted : ensembles)
            if (wanted.request->size == row.size) add_row(row, stats::ensemble_columns(), wanted);
        },
        !ensembles[0].request->joins_points);
  if (!decompositions.empty())
    stats::for_each_bias_variance(
        results, plan,
        [&](const stats::BiasVariance& row) {
          for (const Wanted& wanted : decompositions) add_row(row, stats::bias_variance_columns(), wanted);
        },
        true);
  for (const auto* all : {&ensembles, &decompositions})
    for (const Wanted& wanted : *all) complete(wanted, values[0].seeds);
}

}  // namespace descent::claims
