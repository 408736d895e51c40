#pragma once
// A small random network in double precision and inputs for it.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/initial_values.h"
#include "fused/network.h"

namespace descent::fused {

struct RandomNetwork {
  // Weights N(0, 1/fan_in), biases and the rest of the parameters random as well; x: [rows, features] of N(0, 1).
  RandomNetwork(const config::Model& of, std::int64_t features, std::int64_t outputs, std::int64_t rows_,
                std::uint64_t seed)
      : model(of), layout(make_layout<double>(model, {1, 1, features}, outputs)), rows(rows_),
        parameters(layout.parameters), statistics(layout.statistics), x(rows * layout.input_stride),
        network(make_network<double>({model, layout, rows})) {
    draw_initial_values(layout, seed, parameters.data(), statistics.data());
    core::Random random(seed);
    for (const TensorSlot& tensor : layout.tensors) {
      if (tensor.is_statistic() || tensor.role == TensorRole::weight) continue;
      for (std::int64_t c = 0; c < tensor.columns; ++c) parameters.data()[tensor.offset + c] += 0.3 * random.normal();
    }
    draw_inputs(random);
  }

  void draw_inputs(core::Random& random) {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < layout.features; ++c) x.data()[r * layout.input_stride + c] = random.normal();
  }

  // The outputs without padding, [rows, outputs]: in evaluation mode with the given parameters, in training mode.
  std::vector<double> predict(const double* with) const {
    return dense(network->predict(x.data(), rows, with, statistics.data()));
  }
  std::vector<double> predict() const { return predict(parameters.data()); }
  std::vector<double> train() {
    return dense(network->forward(x.data(), rows, parameters.data(), statistics.data(), {}));
  }

  config::Model model;
  Layout layout;
  std::int64_t rows;
  Buffer<double> parameters, statistics, x;
  std::unique_ptr<Network<double>> network;

 private:
  std::vector<double> dense(const double* outputs) const {
    std::vector<double> values;
    for (std::int64_t r = 0; r < rows; ++r, outputs += layout.output_stride)
      values.insert(values.end(), outputs, outputs + layout.outputs);
    return values;
  }
};

inline double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace descent::fused
