#pragma once
// What the predictions of several runs for the same test examples say together. Ensembles: their averages (Hansen and
// Salamon 1990; Lakshminarayanan et al. 2017). Bias, the error common to all networks of one point, and variance, how
// much these differ.

#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stats/predictions.h"
#include "stats/stats.h"

namespace descent::stats {

// One group of members and their average.
struct EnsembleScore {
  std::optional<std::size_t> point;  // whose seeds they are; absent for an ensemble of points
  std::optional<std::int64_t> seed;  // whose points they are; absent for an ensemble of seeds
  std::int64_t size = 0, group = 0;
  std::string_view network{};            // network_of() the members' experiments; "mixed" where points differ in it
  Score score, member;                   // of the average; mean of the members'
  std::optional<double> ambiguity;       // mean squared distance of the members to their average; with squared error
  std::vector<std::size_t> members{};    // runs
  std::vector<EnsembleScore> without{};  // each of two or more members left out; only on request
};

// After the factors, which are empty for an ensemble of points.
std::span<const store::Column<EnsembleScore>> ensemble_columns();

// Every group of every size: n members make n / size groups, in the order of the plan.
std::vector<EnsembleScore> ensembles_of(const store::Results& results, const plan::Plan& plan, bool leave_out = false);

// ensembles.csv; removes one of an earlier experiment where there are none.
void write_ensembles(const store::Results& results, const plan::Plan& plan);

// Means over the test examples; `n` networks. risk is the loss of the networks on average.
struct BiasVariance {
  std::size_t point = 0, n = 0;
  std::string_view network{};  // network_of() the point's experiment
  // Squared distance, mean over outputs (Geman et al. 1992): risk = bias + variance. Unbiased for any number of
  // networks: the variance with n - 1, the bias less variance / n, so that a small one can be negative.
  std::optional<double> squared_risk, squared_bias, squared_variance;
  // 0-1 loss (Domingos 2000), the main prediction being the vote of all: risk = bias + variance_where_right -
  // variance_where_wrong, since leaving a wrong vote helps.
  std::optional<double> error_risk, error_bias, error_variance_where_right, error_variance_where_wrong;
  // Cross-entropy (Heskes 1998; Yang et al. 2020), the main prediction being the normalized geometric mean:
  // risk = bias + variance.
  std::optional<double> cross_entropy_risk, cross_entropy_bias, cross_entropy_variance;
  std::vector<std::size_t> members{};   // runs
  std::vector<BiasVariance> without{};  // each of three or more networks left out; only on request
};

// After the factors.
std::span<const store::Column<BiasVariance>> bias_variance_columns();

// Every point with two networks or more, in the order of the plan.
std::vector<BiasVariance> bias_variance_of(const store::Results& results, const plan::Plan& plan,
                                           bool leave_out = false);

// A column of such a row as numbers of the runs that it was made of, by run: their mean is the number, their spread
// says how certain it is (pseudo_values), where the row has those without each of them.
template <class Row>
void share_out(const Row& row, std::span<const store::Column<Row>> columns, std::string_view name,
               std::vector<double>& numbers) {
  const auto& column = columns[column_at(columns, name)];
  const auto number = [&](const Row& of) { return core::parse_number(column.get(of)).value_or(NAN); };
  std::vector<double> without;
  for (const Row& others : row.without) without.push_back(number(others));
  const std::vector<double> values =
      without.empty() ? std::vector(row.members.size(), number(row)) : pseudo_values(number(row), without);
  for (std::size_t i = 0; i < values.size(); ++i) numbers[row.members[i]] = values[i];
}

// bias_variance.csv; removes one of an earlier experiment where the experiment does not ask for it.
void write_bias_variance(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
