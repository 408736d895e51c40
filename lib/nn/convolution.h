#pragma once
// One convolution of a network: a product of gathered patches with the weights [height * width * in, out], chunk by
// chunk so that the patches stay in the cache. Maps lie channels last, [B, height, width, channels] padded.

#include <cstdint>

#include "nn/buffer.h"
#include "nn/kernels/kernels.h"

namespace descent::nn {

// What the convolutions of a network use in turn.
template <class T>
struct ConvolutionScratch {
  Buffer<T> patches, columns, product, transposed;
};

template <class T>
class Convolution {
 public:
  Convolution() = default;
  Convolution(const PatchShape& shape, std::int64_t out, ConvolutionScratch<T>& scratch);

  // x [B, height, width, in] -> y [B, out_height, out_width, out]; bias may be null.
  void forward(std::int64_t examples, const T* x, const T* weight, const T* bias, T* y) const;

  // From dy, the gradient of y: those of weight and bias; dbias may be null.
  void parameter_gradient(std::int64_t examples, const T* x, const T* dy, T* dweight, T* dbias) const;

  // From dy that of x, written or added to what is there.
  void input_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const;

 private:
  const T* patches_at(const PatchShape& shape, std::int64_t begin, std::int64_t size, const T* x) const;
  void gather_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const;
  void scatter_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const;

  const Kernels<T>* kernels_ = nullptr;
  ConvolutionScratch<T>* scratch_ = nullptr;
  PatchShape shape_{}, turned_{};  // of x; of dy, where its patches make the gradient of x
  std::int64_t in_ = 0, out_ = 0, in_stride_ = 0, out_stride_ = 0, depth_ = 0, positions_ = 0;
};

}  // namespace descent::nn
