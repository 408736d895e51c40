#pragma once
// Ensembles: the averaged predictions of several runs (Hansen and Salamon 1990; Lakshminarayanan et al. 2017).

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stats/predictions.h"

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
void for_each_ensemble(const store::Results& results, const plan::Plan& plan,
                       const std::function<void(const EnsembleScore&)>& visit, bool leave_out = false);

// ensembles.csv; removes one of an earlier experiment where there are none.
void write_ensembles(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
