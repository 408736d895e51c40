#include "engine/fused/monte_carlo.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/evaluation.h"
#include "fused/softmax.h"

namespace descent::engine {
template <class T>
MonteCarlo<T>::MonteCarlo(const config::Experiment& experiment, std::int64_t seed, std::int64_t outputs,
                          std::int64_t stride)
    : samples_(dropout_samples(experiment)), outputs_(outputs), stride_(stride), rate_(experiment.model.dropout.rate),
      probabilities_(experiment.train.loss.kind == config::LossKind::cross_entropy), run_seed_(seed),
      row_(static_cast<std::size_t>(outputs)) {}

template <class T>
const T* MonteCarlo<T>::predict(fused::Network<T>& network, const T* x, std::int64_t rows, const T* parameters,
                                const T* statistics, const PredictionKey& key) {
  const PredictionSeed passes = prediction_seed(run_seed_, key.step, key.split);
  sums_.assign(static_cast<std::size_t>(rows * outputs_), 0);
  for (std::int64_t sample = 0; sample < samples_; ++sample) {
    const T* outputs =
        network.predict(x, rows, parameters, statistics, {rate_, passes.seed, passes.stream(key.start, sample)});
    auto sum = sums_.begin();
    for (std::int64_t i = 0; i < rows; ++i) {
      row_.assign(outputs + i * stride_, outputs + i * stride_ + outputs_);
      if (probabilities_) fused::softmax(row_);
      for (const double value : row_) *sum++ += value;
    }
  }
  if (averaged_.size() < rows * stride_) averaged_ = fused::Buffer<T>(rows * stride_);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = 0; k < outputs_; ++k) {
      const double mean = sums_[static_cast<std::size_t>(i * outputs_ + k)] / static_cast<double>(samples_);
      // A probability that underflowed keeps a finite logarithm; NaN stays NaN.
      const bool tiny = mean < std::numeric_limits<double>::min();
      averaged_.data()[i * stride_ + k] =
          static_cast<T>(probabilities_ ? std::log(tiny ? std::numeric_limits<double>::min() : mean) : mean);
    }
  return averaged_.data();
}

template class MonteCarlo<float>;
template class MonteCarlo<double>;

}  // namespace descent::engine
