#pragma once
// The loss of a training batch with its gradient, and the loss of examples in evaluation.

#include <cstdint>
#include <span>
#include <vector>

#include "config/experiment.h"
#include "data/data.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"
#include "fused/network.h"

namespace descent::engine {

template <class T> class Loss {
 public:
  // For up to `max_rows` examples at once, with outputs [B, stride], K of them used.
  Loss(const config::Loss& config, const data::RunData& data, std::int64_t stride, std::int64_t max_rows);

  // The loss summed over the examples `batch` of `part`, for outputs of Network::forward(). Writes the gradient of the
  // mean for Network::backward(). Uses the likelihood of the network if it has one.
  fused::LossSum train(fused::Network<T>& network, const data::Part& part, std::span<const std::int32_t> batch,
                       const T* outputs);

  // The loss summed over `rows` examples from `start` on, without label smoothing, in the units of the targets.
  struct Sum : fused::LossSum {
    double absolute = 0;  // absolute error, mean over the outputs; only in regression
  };
  Sum evaluate(const data::Part& part, std::int64_t start, std::int64_t rows, const T* outputs);

 private:
  fused::LossSum sum(std::int64_t rows, const T* outputs, const std::int32_t* labels, double label_smoothing,
                     T* gradient);
  void write_target(const data::Part& part, std::int64_t example, std::int64_t row);

  const config::Loss config_;
  const std::int64_t outputs_, stride_;
  const bool has_classes_;
  const formats::Scaling& scaling_;  // of the targets
  const fused::Kernels<T>& kernels_;
  std::vector<std::int32_t> labels_;  // [B]
  fused::Buffer<T> targets_;          // [B, stride]; empty if only labels are needed
  fused::Buffer<T> scratch_;          // one vector per class
};

}  // namespace descent::engine
