#pragma once
// Results with predictions that no network made.

#include <cmath>
#include <memory>

#include "config/data_facts.h"
#include "core/random.h"
#include "store/fixture.h"

namespace descent::stats {

using Rows = std::vector<std::string>;

// The lines of a CSV, without its header.
inline Rows rows_of(const std::string& csv) {
  Rows lines;
  for (std::size_t at = csv.find('\n') + 1; at < csv.size(); at = csv.find('\n', at) + 1)
    lines.push_back(csv.substr(at, csv.find('\n', at) - at));
  return lines;
}

// One finished run that says this of the test examples.
inline store::RunResult saying(const plan::Run& run, store::Predictions predictions) {
  store::RunResult result = store::result_of(run, 0.5);
  result.predictions = std::move(predictions);
  return result;
}

// Logarithms of random probabilities of 3 classes for 50 examples whose right classes are 0, 1, 2, 0, ...
inline store::Predictions random_probabilities(std::uint64_t seed) {
  core::Random random(seed);
  store::Predictions made{3, {}, {}, {}};
  for (std::int32_t n = 0; n < 50; ++n) {
    made.labels.push_back(n % 3);
    double p[3], sum = 0;
    for (int k = 0; k < 3; ++k) sum += p[k] = std::exp(random.normal() + (n % 3 == k ? 1 : 0));
    for (const double value : p) made.values.push_back(std::log(value / sum));
  }
  return made;
}

inline std::vector<double> logarithms_of(std::vector<double> probabilities) {
  for (double& value : probabilities) value = std::log(value);
  return probabilities;
}

// Random outputs for 50 regression examples with 2 random targets.
inline store::Predictions random_outputs(std::uint64_t seed) {
  core::Random random(seed), truth(99);
  store::Predictions made{2, {}, {}, {}};
  for (int i = 0; i < 100; ++i) {
    made.targets.push_back(truth.normal());
    made.values.push_back(made.targets.back() + random.normal());
  }
  return made;
}

// Gives the experiment data with test examples as those of `predictions`.
inline void test_on(config::Experiment& experiment, const store::Predictions& predictions) {
  const auto outputs = static_cast<std::int64_t>(predictions.outputs);
  config::DataFacts facts{
      {.train_size = 100, .test_size = std::ssize(predictions.values) / outputs, .outputs = outputs}};
  if (!predictions.labels.empty()) facts.classes = outputs;
  experiment.data.name = config::DataName::npy;
  experiment.data.recorded = std::make_shared<const config::DataFacts>(facts);
}

// `plan` with predictions as these recorded, and these changes to every point.
template <class Change>
plan::Plan predicting(plan::Plan plan, const store::Predictions& predictions, const Change& change) {
  for (plan::Point& point : plan.points) {
    point.experiment.record.predictions = true;
    test_on(point.experiment, predictions);
    change(point.experiment);
  }
  return plan;
}

}  // namespace descent::stats
