#pragma once
// The random instances of the exact identities: a small network in double precision and inputs for it.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"
#include "fused/network.h"

namespace descent::probe {

struct RandomNetwork {
  // Weights N(0, 1/fan_in), biases and the rest of the parameters random as well; x: [rows, features] of N(0, 1).
  RandomNetwork(const config::Model& model, std::int64_t features, std::int64_t outputs, std::int64_t rows,
                std::uint64_t seed);

  // The outputs without pads, [rows, outputs]: in evaluation mode with the given parameters, in training mode.
  std::vector<double> predict(const double* with) const {
    return dense(network->predict(x.data(), rows, with, statistics.data()));
  }
  std::vector<double> predict() const { return predict(parameters.data()); }
  std::vector<double> train() {
    return dense(network->forward(x.data(), rows, parameters.data(), statistics.data(), {}));
  }

  void draw_inputs(core::Random& random);

  config::Model model;
  fused::Layout layout;
  std::int64_t rows;
  fused::Buffer<double> parameters, statistics, x;
  std::unique_ptr<fused::Network<double>> network;

 private:
  std::vector<double> dense(const double* outputs) const;
};

// [rows, stride] of N(0, 1), zero in the pads.
fused::Buffer<double> random_rows(std::int64_t rows, std::int64_t columns, core::Random& random);

double largest_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace descent::probe
