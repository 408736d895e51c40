#include "engine/fused/monte_carlo.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "core/seeds.h"
#include "fused/softmax.h"

namespace descent::engine {
namespace {

// In the number of a random stream.
std::uint64_t number_of(config::Split split) {
  switch (split) {
    case config::Split::train: return 0;
    case config::Split::val: return 1;
    case config::Split::test: return 2;
  }
  __builtin_unreachable();
}

}  // namespace

template <class T>
MonteCarlo<T>::MonteCarlo(const config::Experiment& experiment, std::int64_t seed, std::int64_t outputs,
                          std::int64_t stride)
    : samples_(experiment.model.dropout.rate > 0 ? experiment.predict.dropout_samples : 0), outputs_(outputs),
      stride_(stride), rate_(experiment.model.dropout.rate),
      probabilities_(experiment.train.loss.kind == config::LossKind::cross_entropy),
      seed_(core::derive_seed(static_cast<std::uint64_t>(seed), core::Purpose::prediction)),
      row_(static_cast<std::size_t>(outputs)) {}

template <class T>
const T* MonteCarlo<T>::predict(fused::Network<T>& network, const T* x, std::int64_t rows, const T* parameters,
                                const T* statistics, const PredictionKey& key) {
  core::Random random(seed_, static_cast<std::uint64_t>(key.step) * 4 + number_of(key.split));
  const std::uint64_t high = random.next(), pass_seed = high << 32 | random.next();
  constexpr int sample_bits = 20;  // samples of the same examples
  sums_.assign(static_cast<std::size_t>(rows * outputs_), 0);
  for (std::int64_t sample = 0; sample < samples_; ++sample) {
    const auto stream = static_cast<std::uint64_t>(key.start << sample_bits | sample);
    const T* outputs = network.predict(x, rows, parameters, statistics, {rate_, pass_seed, stream});
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
