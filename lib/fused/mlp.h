#pragma once
// The multilayer perceptron: linear, norm, activation, dropout per hidden layer (norm before or after the activation),
// then the linear readout.

#include <cstdint>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"
#include "fused/network.h"
#include "fused/norm.h"

namespace descent::fused {

template <class T>
class Mlp final : public Network<T> {
 public:
  Mlp(const config::Model& model, const Layout& layout, std::int64_t max_rows, std::int64_t threads = 1);

  T* logits_gradient() override { return gradient_[0].data(); }
  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const StepRandomness& randomness) override;
  void keep_activations(bool keep) override;
  std::vector<ActivationView<T>> activations() const override;
  std::int64_t blocks() const override;

 private:
  // Offsets of one layer; `absent` where it has no such tensor.
  struct Layer {
    std::string name;
    std::int64_t in, out, stride;
    bool hidden;                  // followed by norm, activation, dropout
    bool residual;                // adds its input before norm and activation: z + W f(z) + b
    std::int64_t block;           // of a hidden layer that keeps the width; else -1
    std::int64_t weight, bias;    // [in, stride], [stride]
  };
  // What the forward pass of one hidden layer leaves for the backward pass; each [B, stride] or [stride].
  // Steps that may work in place share a buffer.
  struct Workspace {
    Buffer<T> linear, normal, active, dropped, mask;
    Norm<T> norm;
    Buffer<T> linear_gradient, input_gradient, output_gradient;  // when kept; the last two of the activation
    const T* norm_input = nullptr;
    const T* active_input = nullptr;
    const T* active_output = nullptr;
  };

  static std::vector<Layer> layers_of(const config::Model& model, const Layout& layout);
  void matmul(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t a_row, std::int64_t a_column,
              const T* b, std::int64_t b_stride, const T* bias, T* c, std::int64_t c_stride,
              bool relu = false) const;
  const T* run(const T* x, const Context<T>& context) override;
  const T* hidden(std::size_t index, const T* x, std::int64_t x_stride, const Context<T>& context);
  T* normalize(std::size_t index, T* x, const Context<T>& context);
  T* activate(std::size_t index, T* x, std::int64_t rows);
  const T* drop(std::size_t index, const T* x, const Context<T>& context);

  const Kernels<T>& kernels_;
  const config::Model model_;
  const std::int64_t input_stride_;
  const std::vector<Layer> layers_;
  const bool has_norm_, norm_after_;  // after: behind the activation
  const bool relu_in_product_;  // nothing lies between a linear layer and its ReLU
  const std::int64_t threads_;
  std::vector<Workspace> work_;
  Buffer<T> logits_, transposed_, output_gradient_;
  Buffer<T> gradient_[3];  // [B, widest], in turn
  bool keep_ = false, has_gradients_ = false;
  std::int64_t rows_ = 0;  // of the last pass
};

}  // namespace descent::fused
