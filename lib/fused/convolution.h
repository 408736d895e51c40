#pragma once
// A convolution over maps stored channels last, [B, height, width, channels] padded: the product of gathered patches
// with the weights [height * width * in, out], computed in chunks whose factors stay in the cache.

#include <cstdint>
#include <vector>

#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::fused {

// Buffers that the convolutions of a network share.
template <class T> struct ConvolutionScratch {
  explicit ConvolutionScratch(std::int64_t threads = 1) : slots(static_cast<std::size_t>(threads)) {}

  // The buffers of one thread: factors, their product, and sums of products.
  struct Slot {
    Buffer<T> patches, columns, product, sum;
  };
  std::vector<Slot> slots;  // one per thread
  Buffer<T> transposed;
};

template <class T> class Convolution {
 public:
  Convolution() = default;
  Convolution(const PatchShape& shape, std::int64_t out, std::int64_t max_examples, ConvolutionScratch<T>& scratch);

  // x [B, height, width, in] -> y [B, out_height, out_width, out]; bias may be null.
  void forward(std::int64_t examples, const T* x, const T* weight, const T* bias, T* y) const {
    convolve(forward_, examples, x, weight, bias, false, y);
  }

  // The gradients of weight and bias from dy, the gradient of y; dbias may be null.
  void parameter_gradient(std::int64_t examples, const T* x, const T* dy, T* dweight, T* dbias) const;

  // The gradient of x from dy, written to dx or, if `adds`, added to it.
  void input_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const;

 private:
  using Slot = typename ConvolutionScratch<T>::Slot;

  // The forward convolution, or that of the gradient, with the kernel rotated by 180 degrees.
  struct Direction {
    Direction() = default;
    Direction(const PatchShape& shape, std::int64_t out, std::int64_t max_examples);
    std::int64_t products() const { return shape.out_height * shape.out_width * depth * out; }  // per example

    PatchShape shape{};
    std::int64_t in_stride = 0, out = 0, out_stride = 0, depth = 0;  // depth: elements of a patch
    std::int64_t positions = 0;                                      // per example
    std::int64_t chunk = 0;                                          // rows per product
    std::int64_t weights = 0;                                        // elements per tap
  };

  void convolve(const Direction& direction, std::int64_t examples, const T* x, const T* weight, const T* bias,
                bool adds, T* y) const;
  void multiply(const Direction& direction, Slot& slot, std::int64_t begin, std::int64_t size, const T* x,
                const T* weight, const T* bias, bool adds, T* y) const;
  void scatter(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const;
  const T* patches_at(Slot& slot, const Direction& direction, std::int64_t begin, std::int64_t size, const T* x) const;
  void sum_gradient(Slot& slot, std::int64_t begin, std::int64_t end, const T* x, const T* dy, bool with_bias) const;

  const Kernels<T>* kernels_ = nullptr;
  ConvolutionScratch<T>* scratch_ = nullptr;
  Direction forward_, backward_;
};

}  // namespace descent::fused
