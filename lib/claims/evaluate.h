#pragma once
// Numbers of a program for samples of the seeds.

#include <cstddef>
#include <vector>

#include "claims/program.h"
#include "claims/values.h"

namespace descent::claims {

using Sample = std::vector<std::size_t>;  // indices of seeds, repeated ones included

class Evaluator {
 public:
  Evaluator(const Program& program, const Values& values);

  // By entry, then seed. For nodes up to Level::per_seed.
  const std::vector<std::vector<double>>& per_seed(const Node& node);

  // By entry, of this sample.
  std::vector<double> statistic(const Node& node, const Sample& sample);

  // Whether a statement holds for the runs of one seed, by entry. Without a value it does not.
  std::vector<bool> holds_for(const Node& node, std::size_t seed);

  std::size_t seeds() const { return values_.seeds; }

 private:
  const Values& values_;
  std::vector<std::vector<std::vector<double>>> memory_;  // by node
};

// The pairs of a trend that are compared, as positions in its group: neighbours, with a tolerance all.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Node& trend, std::size_t entry);

}  // namespace descent::claims
