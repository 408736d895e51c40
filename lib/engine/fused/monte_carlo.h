#pragma once
// Monte-Carlo dropout (Gal and Ghahramani 2016): what thinned networks say on the average.

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "fused/buffer.h"
#include "fused/network.h"

namespace descent::engine {

// Which examples are predicted, and when: each has random numbers of its own, so that nothing else moves them.
struct PredictionMoment {
  std::int64_t step;
  config::Split split;
  std::int64_t start;  // the first example
};

template <class T>
class MonteCarlo {
 public:
  // `outputs` of a network in rows of `stride`.
  MonteCarlo(const config::Experiment& experiment, std::int64_t seed, std::int64_t outputs, std::int64_t stride);

  bool active() const { return samples_ > 0; }

  // [rows, stride]: the mean outputs; after training with cross-entropy the logarithms of the mean probabilities, of
  // which a softmax gives them back. Thinned network i is the same however many are asked for.
  const T* predict(fused::Network<T>& network, const T* x, std::int64_t rows, const T* parameters, const T* statistics,
                   const PredictionMoment& moment);

 private:
  const std::int64_t samples_, outputs_, stride_;
  const double rate_;
  const bool probabilities_;
  const std::uint64_t seed_;
  std::vector<double> sums_, row_;
  fused::Buffer<T> averaged_;
};

}  // namespace descent::engine
