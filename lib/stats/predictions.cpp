#include "stats/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace descent::stats {

double target(const store::Predictions& truth, std::size_t n, std::size_t k) {
  if (truth.labels.empty()) return truth.targets[n * truth.outputs + k];
  return static_cast<std::size_t>(truth.labels[n]) == k ? 1 : 0;
}

std::size_t argmax(std::span<const double> outputs) {
  return static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin());
}

Score score(config::LossKind loss, const store::Predictions& truth, std::span<const double> values) {
  const std::size_t outputs = truth.outputs, examples = values.size() / outputs;
  Score sum;
  std::size_t errors = 0;
  for (std::size_t n = 0; n < examples; ++n) {
    const std::span<const double> p = values.subspan(n * outputs, outputs);
    switch (loss) {
      case config::LossKind::mse: {
        double all = 0;
        for (std::size_t k = 0; k < outputs; ++k) all += std::pow(p[k] - target(truth, n, k), 2);
        sum.loss += all / static_cast<double>(outputs);
        break;
      }
      case config::LossKind::cross_entropy: sum.loss -= p[static_cast<std::size_t>(truth.labels[n])];
    }
    if (!truth.labels.empty()) errors += target(truth, n, argmax(p)) == 0;
  }
  sum.loss /= static_cast<double>(examples);
  if (!truth.labels.empty()) sum.error = static_cast<double>(errors) / static_cast<double>(examples);
  return sum;
}

std::string_view network_of(const config::Experiment& experiment) {
  return experiment.train.early_stopping.monitor == config::Monitor::none ? "final" : "restored";
}

std::vector<double> probabilities(std::span<const double> logarithms) {
  std::vector<double> values;
  for (const double logarithm : logarithms) values.push_back(std::exp(logarithm));
  return values;
}

std::vector<double> logarithms(std::span<const double> probabilities) {
  std::vector<double> values;
  for (const double p : probabilities) values.push_back(std::log(std::max(p, std::numeric_limits<double>::min())));
  return values;
}

void RunningMoments::add(std::span<const double> values, int sign) {
  mean_.resize(values.size());
  squares_.resize(values.size());
  sign > 0 ? ++count_ : --count_;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double before = values[i] - mean_[i];
    mean_[i] += sign * before / static_cast<double>(count_);
    squares_[i] += sign * before * (values[i] - mean_[i]);
  }
}

double RunningMoments::mean_variance() const {
  double sum = 0;
  for (std::size_t i = 0; i < squares_.size(); ++i) sum += squares_[i] / static_cast<double>(count_);
  return sum / static_cast<double>(squares_.size());
}

const std::vector<double>& PredictionReader::read(std::size_t run) {
  store::Predictions read = *results_.predictions(run);
  values_.assign(read.values.begin(), read.values.end());
  if (!first_) first_ = std::move(read);
  else if (first_->outputs != read.outputs || first_->labels != read.labels || first_->targets != read.targets)
    throw core::InputError(
        fmt::format("{}: ensembles, bias and variance need predictions for the same test examples, but two runs have "
                    "different ones; remove the data.* factors that change them",
                    results_.folder().string()));
  return values_;
}

std::vector<std::size_t> predicting_runs(const store::Results& results, const plan::Plan& plan) {
  std::vector<std::size_t> runs;
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    if (store::state_in(cells) == store::RunState::done &&
        plan.points[plan.runs[run].point].experiment.record.predictions)
      runs.push_back(run);
  });
  return runs;
}

}  // namespace descent::stats
