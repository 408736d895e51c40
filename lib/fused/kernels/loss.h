#pragma once
// Losses over a batch: value, errors and gradient in one pass.

#include "fused/kernels/functions.h"
#include "fused/kernels/product.h"

namespace descent::fused::DESCENT_CPU {

// Transposes up to `lanes` rows so that class c of all rows is one vector; rows from `filled` on are zero.
template <class T>
inline void transpose_rows(std::int64_t filled, std::int64_t classes, std::int64_t stride, const T* rows,
                           T* transposed) {
  constexpr std::int64_t L = lanes<T>;
  for (std::int64_t c = 0; c < classes; c += L, transposed += L * L)
    transpose_part<T, L>(filled, L, rows + c, stride, transposed, L);
}

// The inverse; sets the padding of the rows to zero.
template <class T>
inline void transpose_back(std::int64_t filled, std::int64_t classes, std::int64_t stride, T* transposed, T* rows) {
  constexpr std::int64_t L = lanes<T>;
  for (std::int64_t c = classes; c % L != 0; ++c) Vec<T>(T(0)).store(transposed + c * L);
  std::int64_t c = 0;
  for (; c < classes; c += L, transposed += L * L) transpose_part<T, L>(L, filled, transposed, L, rows + c, stride);
  for (; c < stride; c += L)
    for (std::int64_t i = 0; i < filled; ++i) Vec<T>(T(0)).store(rows + i * stride + c);
}

template <class T>
LossSum cross_entropy(std::int64_t rows, std::int64_t classes, std::int64_t stride, const T* logits,
                      const std::int32_t* labels, double label_smoothing, T* gradient, T* scratch) {
  using V = Vec<T>;
  constexpr std::int64_t L = lanes<T>;
  LossSum total;
  const T spread = static_cast<T>(label_smoothing / static_cast<double>(classes));
  const T confidence = static_cast<T>(1 - label_smoothing);
  const T scale = T(1) / static_cast<T>(rows);
  for (std::int64_t start = 0; start < rows; start += L) {
    const std::int64_t filled = rows - start < L ? rows - start : L;
    const T* z = logits + start * stride;
    transpose_rows(filled, classes, stride, z, scratch);
    V largest = load(scratch), sum_z(T(0)), sum_exp(T(0)), argmax(T(0));
    for (std::int64_t c = 1; c < classes; ++c) {
      const V value = load(scratch + c * L);
      const V greater = value > largest;
      argmax = V::blendv(argmax, V(static_cast<T>(c)), greater);
      largest = V::blendv(largest, value, greater);
    }
    for (std::int64_t c = 0; c < classes; ++c) {
      const V shifted = load(scratch + c * L) - largest;
      sum_z = sum_z + shifted;
      const V e = exp_of<T>(shifted);
      sum_exp = sum_exp + e;
      e.store(scratch + c * L);
    }
    alignas(64) T target[L] = {}, loss[L], predicted[L];
    for (std::int64_t i = 0; i < filled; ++i) target[i] = z[i * stride + labels[start + i]];
    // -(1 - s) log p_label - s/K sum_c log p_c
    const V unsmoothed = fma(V(-confidence), load(target) - largest, sum_exp.log());
    (label_smoothing > 0 ? fma(V(-spread), sum_z, unsmoothed) : unsmoothed).store(loss);
    argmax.store(predicted);
    for (std::int64_t i = 0; i < filled; ++i) total.loss += static_cast<double>(loss[i]);
    std::int32_t errors = 0;
    for (std::int64_t i = 0; i < filled; ++i) errors += static_cast<std::int32_t>(predicted[i]) != labels[start + i];
    total.errors += errors;
    if (!gradient) continue;
    const V factor = V(scale) / sum_exp;
    for (std::int64_t c = 0; c < classes; ++c)
      (load(scratch + c * L) * factor - V(spread * scale)).store(scratch + c * L);
    T* g = gradient + start * stride;
    transpose_back(filled, classes, stride, scratch, g);
    for (std::int64_t i = 0; i < filled; ++i) g[i * stride + labels[start + i]] -= confidence * scale;
  }
  return total;
}

template <class T>
LossSum squared_error(std::int64_t rows, std::int64_t classes, std::int64_t stride, const T* outputs,
                      const std::int32_t* labels, T* gradient) {
  LossSum total;
  const T scale = T(2) / static_cast<T>(rows * classes);
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* out = outputs + r * stride;
    std::int64_t best = 0;
    double sum = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      const T difference = out[c] - T(c == labels[r]);
      sum += static_cast<double>(difference) * static_cast<double>(difference);
      if (out[c] > out[best]) best = c;
      if (gradient) gradient[r * stride + c] = difference * scale;
    }
    if (gradient)
      for (std::int64_t c = classes; c < stride; ++c) gradient[r * stride + c] = T(0);
    total.loss += sum / static_cast<double>(classes);
    total.errors += best != labels[r];
  }
  return total;
}

template <class T>
LossSum target_error(std::int64_t rows, std::int64_t outputs, std::int64_t stride, const T* values, const T* targets,
                     T* gradient) {
  using V = Vec<T>;
  LossSum total;
  const V scale(T(2) / static_cast<T>(rows * outputs));
  alignas(64) T squares[lanes<T>];
  for (std::int64_t r = 0; r < rows; ++r) {
    V sum(T(0));
    for (std::int64_t i = r * stride; i < (r + 1) * stride; i += lanes<T>) {
      const V difference = load(values + i) - load(targets + i);
      sum = sum + difference * difference;
      if (gradient) (difference * scale).store(gradient + i);
    }
    sum.store(squares);
    double row = 0;
    for (const T square : squares) row += static_cast<double>(square);
    total.loss += row / static_cast<double>(outputs);
  }
  return total;
}

}  // namespace descent::fused::DESCENT_CPU
