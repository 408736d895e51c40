// Compiled once per instruction set, whose name is DESCENT_CPU.

#include "fused/kernels/kernels.h"
#include "fused/kernels/column_norm.h"
#include "fused/kernels/dropout.h"
#include "fused/kernels/elementwise.h"
#include "fused/kernels/loss.h"
#include "fused/kernels/maps.h"
#include "fused/kernels/matmul.h"
#include "fused/kernels/optimizer.h"
#include "fused/kernels/pooling.h"
#include "fused/kernels/row_norm.h"

#define DESCENT_TEXT_OF(x) #x
#define DESCENT_TEXT(x) DESCENT_TEXT_OF(x)

namespace descent::fused::DESCENT_CPU {

template <class T> const Kernels<T>& table() {
  static constexpr Kernels<T> all{.matmul = matmul<T>,
                                  .matmul_relu = matmul_relu<T>,
                                  .transpose = transpose<T>,
                                  .column_sums = column_sums<T>,
                                  .activate = activate<T>,
                                  .activate_backward = activate_backward<T>,
                                  .batch_statistics = batch_statistics<T>,
                                  .merge_statistics = merge_statistics<T>,
                                  .rstd = rstd<T>,
                                  .update_running = update_running<T>,
                                  .normalize_columns = normalize_columns<T>,
                                  .batch_norm_backward = batch_norm_backward<T>,
                                  .normalize_rows = normalize_rows<T>,
                                  .normalize_rows_backward = normalize_rows_backward<T>,
                                  .column_products = column_products<T>,
                                  .combine_columns = combine_columns<T>,
                                  .gather_patches = gather_patches<T>,
                                  .scatter_patches = scatter_patches<T>,
                                  .max_pool = max_pool<T>,
                                  .max_pool_backward = max_pool_backward<T>,
                                  .dropout = dropout<T>,
                                  .clear_pads = clear_pads<T>,
                                  .add = add<T>,
                                  .multiply = multiply<T>,
                                  .cross_entropy = cross_entropy<T>,
                                  .squared_error = squared_error<T>,
                                  .target_error = target_error<T>,
                                  .sgd = sgd<T>,
                                  .adam = adam<T>,
                                  .limit_columns = limit_columns<T>,
                                  .exponential = exponential<T>,
                                  .logarithm = logarithm<T>,
                                  .square_sum = square_sum<T>,
                                  .scale = scale<T>,
                                  .instruction_set = DESCENT_TEXT(DESCENT_CPU)};
  return all;
}

template const Kernels<float>& table<float>();
template const Kernels<double>& table<double>();

}  // namespace descent::fused::DESCENT_CPU
