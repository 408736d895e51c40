#pragma once
// The arithmetic of the networks as vectorized loops over raw buffers, compiled for each instruction set and selected
// at run time. Rows are padded to whole vectors, so that no loop has a scalar remainder and no result depends on the
// position of an element.

#include <vector>

#include "fused/kernels/arguments.h"

namespace descent::fused {

template <class T> struct Kernels {
  // Each element is summed by fused multiply-adds in the order k = 0, 1, ... A wide product whose `a` has many zeros
  // skips those, with the same result for finite b.
  void (*matmul)(const Product<T>& product);
  void (*matmul_relu)(const Product<T>& product);  // followed by max(c, 0)
  // out[c, r] = in[r, c]; sets the padding of `out` to zero.
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
  // Mean and variance of a batch from those of its `groups` equal parts, [groups, stride]: the mean of the means; the
  // mean of the variances plus the variance of the means.
  void (*merge_statistics)(std::int64_t groups, std::int64_t stride, const T* means, const T* variances, T* mean,
                           T* variance);
  // rstd = 1 / sqrt(variance + epsilon).
  void (*rstd)(std::int64_t count, const T* variance, T epsilon, T* rstd);
  // running = (1 - momentum) running + momentum * batch value, with the variance times `unbias` = n / (n - 1).
  void (*update_running)(std::int64_t count, T momentum, T unbias, const T* mean, const T* variance, T* running_mean,
                         T* running_variance);
  // y = (x - mean) * rstd * gamma + beta, per column; gamma and beta may be null.
  void (*normalize_columns)(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* rstd,
                            const T* gamma, const T* beta, T* y);
  // Gradient through batch statistics; dgamma and dbeta may be null if gamma is. dx may be dy.
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

  // Copies the patches [begin, begin + rows); may write up to 64 bytes of zeros beyond a row.
  void (*gather_patches)(const PatchShape& shape, std::int64_t begin, std::int64_t rows, const T* x, T* patches);
  // Adds the patches [begin, begin + rows) to their positions in x.
  void (*scatter_patches)(const PatchShape& shape, std::int64_t begin, std::int64_t rows, const T* patches, T* x);

  // y = the maximum under each kernel, argmax = its tap; max_pool_backward adds dy at that tap.
  void (*max_pool)(const PatchShape& shape, std::int64_t examples, const T* x, T* y, T* argmax);
  void (*max_pool_backward)(const PatchShape& shape, std::int64_t examples, const T* dy, const T* argmax, T* dx);

  // Inverted dropout: mask is 0 or 1/(1 - rate), y = x * mask. Element i uses word i of the Philox stream of `draw`.
  void (*dropout)(std::int64_t count, double rate, const DropoutDraw& draw, const T* x, T* mask, T* y);
  // Sets the columns [columns, stride) to zero.
  void (*clear_pads)(std::int64_t rows, std::int64_t columns, std::int64_t stride, T* x);
  void (*add)(std::int64_t count, const T* x, const T* y, T* out);
  void (*multiply)(std::int64_t count, const T* x, const T* y, T* out);

  // Sum of the softmax cross-entropy over B rows of K classes with label smoothing. If `gradient` is not null, writes
  // the gradient of the mean, with zero padding. `scratch`: 64 bytes per class, padding included.
  LossSum (*cross_entropy)(std::int64_t rows, std::int64_t classes, std::int64_t stride, const T* logits,
                           const std::int32_t* labels, double label_smoothing, T* gradient, T* scratch);
  // Squared error against one-hot targets: the loss is the mean over K summed over B, the gradient that of the mean.
  LossSum (*squared_error)(std::int64_t rows, std::int64_t classes, std::int64_t stride, const T* outputs,
                           const std::int32_t* labels, T* gradient);
  // Like squared_error, against real targets [B, K] padded like `values`; counts no errors.
  LossSum (*target_error)(std::int64_t rows, std::int64_t outputs, std::int64_t stride, const T* values,
                          const T* targets, T* gradient);

  // One optimizer step for `count` parameters (whole vectors).
  void (*sgd)(std::int64_t count, const SgdStep& step, T* parameters, const T* gradient, T* momentum);
  void (*adam)(std::int64_t count, const AdamStep& step, T* parameters, const T* gradient, T* mean, T* square);
  // Scales columns with a norm above max_norm down to it (Srivastava et al. 2014, section 5.1).
  void (*limit_columns)(std::int64_t rows, std::int64_t stride, T max_norm, T* x);
  // exp and natural logarithm, accurate to 2 units in the last place, elementwise over whole vectors.
  void (*exponential)(std::int64_t count, const T* x, T* y);
  void (*logarithm)(std::int64_t count, const T* x, T* y);
  // Sum of squares over `count` elements.
  double (*square_sum)(std::int64_t count, const T* x);
  void (*scale)(std::int64_t count, T factor, T* x);

  const char* instruction_set;
};

// The kernels for every instruction set of this CPU, fastest first; instantiated for float and double.
template <class T> std::vector<const Kernels<T>*> available_kernels();

// The fastest of them.
template <class T> const Kernels<T>& kernels();

}  // namespace descent::fused
