#pragma once
// Statistics of the predictions of several runs for the same test examples: ensembles, which average them (Hansen and
// Salamon 1990; Lakshminarayanan et al. 2017), and the decomposition of the risk into bias and variance.

#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stats/predictions.h"
#include "stats/stats.h"

namespace descent::stats {

// One ensemble: a group of runs whose predictions are averaged.
struct EnsembleScore {
  std::optional<std::size_t> point;  // of an ensemble over seeds
  std::optional<std::int64_t> seed;  // of an ensemble over points
  std::int64_t size = 0, group = 0;
  std::string_view network{};            // network_of() the members' experiments; "mixed" if they differ
  Score score, member;                   // of the average; mean score of the members
  std::optional<double> ambiguity;       // mean squared distance of the members from their average; squared error only
  std::vector<std::size_t> members{};    // runs
  std::vector<EnsembleScore> without{};  // the ensemble without each member; on request, for size > 1
};

// The columns of ensembles.csv after the factors, which are empty for an ensemble over points.
std::span<const store::Column<EnsembleScore>> ensemble_columns();

// Every group of every size, in plan order: n runs make floor(n / size) groups.
std::vector<EnsembleScore> ensembles_of(const store::Results& results, const plan::Plan& plan, bool leave_out = false);

// Writes ensembles.csv, or removes it if the experiment has no ensembles.
void write_ensembles(const store::Results& results, const plan::Plan& plan);

// Means over the test examples and `n` networks. The risk is the mean loss of the networks.
struct BiasVariance {
  std::size_t point = 0, n = 0;
  std::string_view network{};  // network_of() the point's experiment
  // Squared error, mean over outputs (Geman et al. 1992): risk = bias + variance. Both estimates are unbiased: the
  // variance is divided by n - 1, and variance / n is subtracted from the bias, which can therefore be negative.
  std::optional<double> squared_risk, squared_bias, squared_variance;
  // 0-1 loss (Domingos 2000), with the majority vote as main prediction: risk = bias + variance_where_right -
  // variance_where_wrong, since it helps to deviate from a wrong vote.
  std::optional<double> error_risk, error_bias, error_variance_where_right, error_variance_where_wrong;
  // Cross-entropy (Heskes 1998; Yang et al. 2020), with the normalized geometric mean as main prediction:
  // risk = bias + variance.
  std::optional<double> cross_entropy_risk, cross_entropy_bias, cross_entropy_variance;
  std::vector<std::size_t> members{};   // runs
  std::vector<BiasVariance> without{};  // the estimates without each network; on request, for n > 2
};

// The columns of bias_variance.csv after the factors.
std::span<const store::Column<BiasVariance>> bias_variance_columns();

// Every point with at least two networks, in plan order.
std::vector<BiasVariance> bias_variance_of(const store::Results& results, const plan::Plan& plan,
                                           bool leave_out = false);

// Sets `numbers` of the runs that a row summarizes to the pseudo-values of one column, so that their mean is the
// column's value and their standard error its own; to that value if the row has no leave-one-out estimates.
template <class Row>
void set_pseudo_values(const Row& row, std::span<const store::Column<Row>> columns, std::string_view name,
                       std::vector<double>& numbers) {
  const auto& column = columns[column_at(columns, name)];
  const auto number = [&](const Row& of) { return core::parse_number(column.get(of)).value_or(NAN); };
  std::vector<double> without;
  for (const Row& others : row.without) without.push_back(number(others));
  const std::vector<double> values =
      without.empty() ? std::vector(row.members.size(), number(row)) : pseudo_values(number(row), without);
  for (std::size_t i = 0; i < values.size(); ++i) numbers[row.members[i]] = values[i];
}

// Writes bias_variance.csv, or removes it if the experiment does not ask for it.
void write_bias_variance(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
