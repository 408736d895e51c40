#pragma once
// The arithmetic of the networks as vector loops over raw buffers, compiled once per instruction set and chosen at run
// time. Rows are padded to whole vectors, so no element is ever in a scalar remainder and no result depends on its
// neighbours.

#include <vector>

#include "fused/kernels/arguments.h"

namespace descent::fused {

template <class T> struct Kernels {
  // Each element is one chain of fused multiply-adds over k = 0, 1, ... A wide product whose `a` holds many zeros
  // leaves those out of the chain, to the same result for finite b.
  void (*matmul)(const Product<T>& product);
  void (*matmul_relu)(const Product<T>& product);  // then max(c, 0)
  // out[c, r] = in[r, c]; the pad of `out` is zeroed.
  void (*transpose)(std::int64_t rows, std::int64_t columns, const T* in, std::int64_t in_stride, T* out,
                    std::int64_t out_stride);
  // sums[n] = sum over rows of x[m, n].
  void (*column_sums)(std::int64_t rows, std::int64_t stride, const T* x, T* sums);

  // y = f(x) elementwise over `count` elements (whole vectors); `activation` is config::Activation.
  void (*activate)(int activation, std::int64_t count, const T* x, T* y);
  // dx = dy * f'(x), from x and y = f(x). dx may be dy.
  void (*activate_backward)(int activation, std::int64_t count, const T* x, const T* y, const T* dy, T* dx);

  // Batch norm (Ioffe & Szegedy 2015, algorithm 1). Batch statistics of x[B, F]: mean and biased variance.
  void (*batch_statistics)(std::int64_t rows, std::int64_t stride, const T* x, T* mean, T* variance);
  // Mean and variance of a batch from those of its `groups` equal parts, [groups, stride]: the mean of their means;
  // the mean of their variances plus the variance of their means.
  void (*merge_statistics)(std::int64_t groups, std::int64_t stride, const T* means, const T* variances, T* mean,
                           T* variance);
  // rstd = 1 / sqrt(variance + epsilon).
  void (*rstd)(std::int64_t count, const T* variance, T epsilon, T* rstd);
  // running = (1 - momentum) running + momentum * batch value; the variance times `unbias` = n / (n - 1).
  void (*update_running)(std::int64_t count, T momentum, T unbias, const T* mean, const T* variance, T* running_mean,
                         T* running_variance);
  // y = (x - mean) * rstd * gamma + beta, per column; gamma and beta may be null.
  void (*normalize_columns)(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* rstd,
                            const T* gamma, const T* beta, T* y);
  // Gradient through batch statistics; dgamma, dbeta may be null with gamma. dx may be dy.
  void (*batch_norm_backward)(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* rstd,
                              const T* gamma, const T* dy, T* dx, T* dgamma, T* dbeta);
  // Layer norm (Ba et al. 2016) or, with `centered` false, RMS norm (Zhang & Sennrich 2019) over the first
  // `features` columns of each row. mean and rstd: [B], kept for the backward pass.
  void (*normalize_rows)(std::int64_t rows, std::int64_t features, std::int64_t stride, bool centered, T epsilon,
                         const T* x, const T* gamma, const T* beta, T* y, T* mean, T* rstd);
  void (*normalize_rows_backward)(std::int64_t rows, std::int64_t features, std::int64_t stride, bool centered,
                                  const T* x, const T* mean, const T* rstd, const T* gamma, const T* dy, T* dx,
                                  T* dgamma, T* dbeta);

  // sums[c] = sum over rows of (x - mean) * scale * dy.
  void (*column_products)(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* scale,
                          const T* dy, T* sums);
  // dx = factor * dy + slope * (x - mean) + shift, per column. dx may be dy.
  void (*combine_columns)(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* slope,
                          const T* factor, const T* shift, const T* dy, T* dx);

  // Copies the patches [begin, begin + rows); writes up to 64 bytes of zeros beyond a row.
  void (*gather_patches)(const PatchShape& shape, std::int64_t begin, std::int64_t rows, const T* x, T* patches);
  // Adds the patches [begin, begin + rows) to the positions they come from.
  void (*scatter_patches)(const PatchShape& shape, std::int64_t begin, std::int64_t rows, const T* patches, T* x);

  // y = the largest value under each kernel, argmax = its tap; the gradient dy is added there.
  void (*max_pool)(const PatchShape& shape, std::int64_t examples, const T* x, T* y, T* argmax);
  void (*max_pool_backward)(const PatchShape& shape, std::int64_t examples, const T* dy, const T* argmax, T* dx);

  // Inverted dropout: mask is 0 or 1/(1 - rate), y = x * mask. Element i of the layer draws the word i of the
  // Philox stream that `draw` names.
  void (*dropout)(std::int64_t count, double rate, const DropoutDraw& draw, const T* x, T* mask, T* y);
  // Sets the columns from `columns` to `stride` to zero.
  void (*clear_pads)(std::int64_t rows, std::int64_t columns, std::int64_t stride, T* x);
  void (*add)(std::int64_t count, const T* x, const T* y, T* out);
  void (*multiply)(std::int64_t count, const T* x, const T* y, T* out);

  // Mean softmax cross-entropy over B rows of K classes with label smoothing; with `gradient`, the gradient of the
  // mean (pads zero) is written there. `scratch`: 64 bytes per class, pads included.
  LossSum (*cross_entropy)(std::int64_t rows, std::int64_t classes, std::int64_t stride, const T* logits,
                           const std::int32_t* labels, double label_smoothing, T* gradient, T* scratch);
  // Squared error against one-hot targets, mean over B and K in the gradient, over K in the loss.
  LossSum (*squared_error)(std::int64_t rows, std::int64_t classes, std::int64_t stride, const T* outputs,
                           const std::int32_t* labels, T* gradient);
  // The same against real targets [B, K], padded like `values`; no errors.
  LossSum (*target_error)(std::int64_t rows, std::int64_t outputs, std::int64_t stride, const T* values,
                          const T* targets, T* gradient);

  // One optimizer step over `count` elements of one replica (whole vectors).
  void (*sgd)(std::int64_t count, const SgdStep& step, T* parameters, const T* gradient, T* momentum);
  void (*adam)(std::int64_t count, const AdamStep& step, T* parameters, const T* gradient, T* mean, T* square);
  // Scales every column whose norm is larger down to the norm `most` (Srivastava et al. 2014, section 5.1).
  void (*limit_columns)(std::int64_t rows, std::int64_t stride, T most, T* x);
  // exp and natural logarithm, accurate to 2 units in the last place, elementwise over whole vectors.
  void (*exponential)(std::int64_t count, const T* x, T* y);
  void (*logarithm)(std::int64_t count, const T* x, T* y);
  // Sum of squares over `count` elements.
  double (*square_sum)(std::int64_t count, const T* x);
  void (*scale)(std::int64_t count, T factor, T* x);

  const char* instruction_set;
};

// The loops of every instruction set that this CPU has, fastest first; instantiated for float and double.
template <class T> std::vector<const Kernels<T>*> available_kernels();

// The fastest of them.
template <class T> const Kernels<T>& kernels();

}  // namespace descent::fused
