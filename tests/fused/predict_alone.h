#pragma once
// Predictions of single examples and of a batch.

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace descent::fused {

// Expects the same bits for each example alone and in a batch of `rows` examples.
template <class Net> void expect_predicted_alike_alone_and_together(Net& net, std::int64_t rows, std::int64_t classes) {
  const std::int64_t stride = net.layout.output_stride;
  const double* logits = net.network->predict(net.x.data(), rows, net.parameters.data(), net.statistics.data());
  const std::vector<double> together(logits, logits + rows * stride);
  for (std::int64_t r = 0; r < rows; ++r) {
    const double* alone = net.network->predict(net.x.data() + r * net.layout.input_stride, 1, net.parameters.data(),
                                               net.statistics.data());
    for (std::int64_t k = 0; k < classes; ++k) ASSERT_EQ(alone[k], together[static_cast<std::size_t>(r * stride + k)]);
  }
}

}  // namespace descent::fused
