// Compiled once per instruction set, with DESCENT_CPU naming it.

#include "nn/kernels/elementwise.h"
#include "nn/kernels/loss.h"
#include "nn/kernels/matmul.h"
#include "nn/kernels/norm.h"
#include "nn/kernels/optimizer.h"

#define DESCENT_TEXT_OF(x) #x
#define DESCENT_TEXT(x) DESCENT_TEXT_OF(x)

namespace descent::nn::DESCENT_CPU {

template <class T>
const Kernels<T>& table() {
  static constexpr Kernels<T> all{
      matmul<T>, transpose<T>, column_sums<T>, activate<T>, activate_backward<T>, batch_statistics<T>,
      inverse_sd<T>, update_running<T>, normalize_columns<T>, batch_norm_backward<T>, normalize_rows<T>, normalize_rows_backward<T>, dropout<T>,
      clear_pads<T>, multiply<T>, cross_entropy<T>, squared_error<T>, sgd<T>, adam<T>, square_sum<T>, scale<T>,
      DESCENT_TEXT(DESCENT_CPU)};
  return all;
}

template const Kernels<float>& table<float>();
template const Kernels<double>& table<double>();

}  // namespace descent::nn::DESCENT_CPU
