#pragma once
// The multilayer perceptron, explicit forward and backward: linear, norm, activation, dropout per hidden layer
// (norm before or after the activation), then the linear readout. One workspace serves every replica of a stack in
// turn, so that its activations stay in the cache; parameters and statistics are passed in.

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "nn/batch_norm.h"
#include "nn/buffer.h"
#include "nn/kernels/kernels.h"
#include "nn/layout.h"

namespace descent::nn {

// Dropout of one forward pass; rate 0 draws nothing.
struct DropoutPass {
  double rate = 0;
  std::uint64_t seed = 0, step = 0;
};

template <class T>
class Mlp {
 public:
  Mlp(const config::Model& model, const Layout& layout, std::int64_t max_rows);

  // Training mode. x: [B, F] padded; returns logits [B, K] padded. Updates the running statistics.
  const T* forward(const T* x, std::int64_t rows, const T* parameters, T* statistics, const DropoutPass& dropout);

  // Where the loss writes its gradient of the logits, [B, K] padded with zeros.
  T* logits_gradient() { return gradient_[0].data(); }

  // After forward() and the loss: fills `gradient` [P] for the same x, parameters and dropout.
  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const DropoutPass& dropout);

  // Evaluation mode: no dropout, running statistics (batch statistics where the model predicts with them).
  const T* predict(const T* x, std::int64_t rows, const T* parameters, const T* statistics);

 private:
  // What the forward pass of one hidden layer leaves for the backward pass; each [B, stride] or [stride].
  // Steps that may work in place share a buffer.
  struct Workspace {
    Buffer<T> linear, normal, active, dropped, mask;
    BatchNorm<T> batch_norm;
    Buffer<T> mean, inverse_sd;  // [B], of layer and RMS norm
    const T* norm_input = nullptr;
    const T* active_input = nullptr;
    const T* active_output = nullptr;
  };

  void matmul(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t a_row, std::int64_t a_column,
              const T* b, std::int64_t b_stride, const T* bias, T* c, std::int64_t c_stride,
              bool relu = false) const;
  const T* normalize(std::size_t index, const T* x, std::int64_t rows, const T* parameters, T* statistics,
                     bool training);
  void normalize_backward(std::size_t index, std::int64_t rows, const T* parameters, T* dy, T* gradient);
  const T* activate(std::size_t index, T* x, std::int64_t rows);
  const T* hidden(std::size_t index, const T* x, std::int64_t x_stride, std::int64_t rows, const T* parameters,
                  T* statistics, bool training);

  const Kernels<T>& kernels_;
  config::Model model_;
  Layout layout_;
  const bool relu_in_product_;  // nothing lies between a linear layer and its ReLU
  const int threads_;  // of this run: at::get_num_threads() at construction
  std::vector<Workspace> work_;
  Buffer<T> logits_, transposed_;
  Buffer<T> gradient_[3];  // [B, widest], by turns
};

}  // namespace descent::nn
