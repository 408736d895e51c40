#pragma once
// What a sweep over one numeric factor shows of double descent.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "store/results.h"

namespace descent::claims {

inline constexpr double fitted = 0.01;  // a training error that counts as interpolation

// With a bootstrap interval over the seeds, where there are enough of them.
struct Estimate {
  double value = 0;
  std::optional<double> low{}, high{};
};

// A column along the factor.
struct Descent {
  std::string column;
  bool has_peak = false;
  double peak_share = 0;                  // of the resamples that have a peak; 0 without a bootstrap
  Estimate before{}, peak{}, after{};     // values: minimum before the peak, peak, minimum behind it
  Estimate before_at{}, peak_at{}, after_at{};  // and where
};

// Means of the test error by value of the factor and epoch.
struct EpochMap {
  std::vector<double> epochs;
  std::vector<std::vector<std::optional<double>>> means;  // by place, then epoch
};

// Of the squared error, the predictions against targets of 0 and 1, without the bias of few seeds.
struct Decomposed {
  std::size_t n = 0;  // networks
  Estimate bias, variance;
};

struct Analysis {
  std::string where;                  // the values of the other factors
  std::vector<double> places;         // of the factor, ascending
  std::size_t seeds = 0;              // with finished runs at every place; the others are left out
  std::optional<Estimate> threshold;  // where the training error first falls to `fitted`; infinite: nowhere
  std::vector<Descent> descents;
  std::vector<std::optional<Decomposed>> bias_variance;  // by place; empty where no predictions were recorded
  EpochMap map;
};

// Along `factor`, or, when it is empty, model.width or the only numeric factor; `factor` becomes its short
// name. One analysis for each combination of the other factors. InputError where there is nothing to go
// along.
std::vector<Analysis> analyze(const store::Results& results, const plan::Plan& plan, std::string& factor);

}  // namespace descent::claims
