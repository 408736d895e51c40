#pragma once
// What training minimizes: the loss of a batch with its gradient, and that of any examples when evaluating.

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
  // For up to `max_rows` examples at once; network outputs are [B, stride], K of them used.
  Loss(const config::Loss& config, const data::RunData& data, std::int64_t stride, std::int64_t max_rows);

  // Summed over the examples `batch` of the training part, for which the network gave these outputs; leaves the
  // gradient of their mean for its backward pass. A network with a loss of its own trains with that.
  fused::LossSum train(fused::Network<T>& network, const data::Part& part, std::span<const std::int32_t> batch,
                       const T* outputs);

  // Summed over `rows` examples of `part` from `start` on, without label smoothing, in the units of the targets.
  struct Sum : fused::LossSum {
    double absolute = 0;  // mean over the outputs of a regression
  };
  Sum evaluate(const data::Part& part, std::int64_t start, std::int64_t rows, const T* outputs);

 private:
  fused::LossSum sum(std::int64_t rows, const T* outputs, const std::int32_t* labels, double label_smoothing,
                     T* gradient);
  void take_target(const data::Part& part, std::int64_t example, std::int64_t row);

  const config::Loss config_;
  const std::int64_t outputs_, stride_;
  const bool has_classes_;
  const formats::Scaling& scaling_;  // of the targets
  const fused::Kernels<T>& kernels_;
  std::vector<std::int32_t> labels_;    // of a batch: [B]
  fused::Buffer<T> targets_, scratch_;  // targets [B, stride], where they are needed as such; one vector per class
};

}  // namespace descent::engine
