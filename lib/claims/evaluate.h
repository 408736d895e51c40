#pragma once
// Numbers of a claim for samples of the seeds.

#include <map>

#include "claims/values.h"

namespace descent::claims {

using Sample = std::vector<std::size_t>;  // indices of seeds, with repetitions

class Evaluator {
 public:
  explicit Evaluator(const Values& values) : values_(values) {}

  // By entry, then seed. For expressions up to Level::per_seed.
  const std::vector<std::vector<double>>& per_seed(const Expression& node);

  // By entry, of this sample.
  std::vector<double> statistic(const Expression& node, const Sample& sample);

  // Whether a statement holds for the runs of one seed, by entry. Without a value it does not.
  std::vector<bool> holds_for(const Expression& node, std::size_t seed);

 private:
  const Values& values_;
  std::map<const Expression*, std::vector<std::vector<double>>> memory_;
};

// What an entry of a comparison or trend subtracts: an entry of the first child less one of the last, which are the
// same for a trend, each value less the one before it; with a tolerance less all before it.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Expression& node, std::size_t entry);

}  // namespace descent::claims
