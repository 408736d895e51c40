#pragma once
// Monte-Carlo dropout (Gal and Ghahramani 2016): the mean prediction over random dropout masks.

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "fused/buffer.h"
#include "fused/network.h"

namespace descent::engine {

// The examples that are predicted and the step after which: each combination has its own random numbers.
struct PredictionKey {
  std::int64_t step;
  config::Split split;
  std::int64_t start;  // the first example
};

template <class T> class MonteCarlo {
 public:
  // `outputs` of a network in rows of `stride`.
  MonteCarlo(const config::Experiment& experiment, std::int64_t seed, std::int64_t outputs, std::int64_t stride);

  bool active() const { return samples_ > 0; }

  // [rows, stride]: the mean outputs; after training with cross-entropy the logarithms of the mean probabilities, so
  // that a softmax gives these back. Dropout mask i is the same for any number of samples.
  const T* predict(fused::Network<T>& network, const T* x, std::int64_t rows, const T* parameters, const T* statistics,
                   const PredictionKey& key);

 private:
  const std::int64_t samples_, outputs_, stride_;
  const double rate_;
  const bool probabilities_;
  const std::int64_t run_seed_;
  std::vector<double> sums_, row_;
  fused::Buffer<T> averaged_;
};

}  // namespace descent::engine
