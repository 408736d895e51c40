#pragma once
// Padded buffers as dense tensors, and back.

#include <ATen/core/Tensor.h>

#include "fused/layout.h"

namespace descent::fused {

// [rows, columns] of a buffer whose rows are `stride` apart. Shares its memory.
template <class T>
at::Tensor matrix_view(const T* values, std::int64_t rows, std::int64_t columns, std::int64_t stride);

// A copy of one tensor of a network in PyTorch's layout: weights [out, in], kernels [out, in, height, width], vectors
// [out]. `buffer` holds the parameters or statistics that the tensor belongs to.
template <class T>
at::Tensor dense_tensor(const NamedTensor& tensor, const T* buffer);

// The other way: `values` in PyTorch's layout into the buffer.
template <class T>
void write_dense(const NamedTensor& tensor, const at::Tensor& values, T* buffer);

}  // namespace descent::fused
