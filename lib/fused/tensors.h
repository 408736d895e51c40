#pragma once
// Conversion between padded buffers and dense tensors.

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include "fused/layout.h"

namespace descent::fused {

// A view [out, in, positions] of a tensor stored in `buffer` as [positions, in, out] with padded rows. `buffer`: the
// parameters or statistics that the tensor belongs to.
template <class T> at::Tensor tensor_view(const TensorSlot& t, const T* buffer) {
  const std::int64_t positions = t.rows / t.channels;
  return at::from_blob(const_cast<T*>(buffer) + t.offset, {t.columns, t.channels, positions},
                       {1, t.stride, t.channels * t.stride}, c10::CppTypeToScalarType<T>::value);
}

// A dense copy in PyTorch's layout: weights [out, in], kernels [out, in, height, width], vectors [out].
template <class T> at::Tensor dense_tensor(const TensorSlot& tensor, const T* buffer) {
  return tensor_view(tensor, buffer).reshape(tensor.shape).clone(at::MemoryFormat::Contiguous);
}

// Writes `values`, in PyTorch's layout, to the buffer.
template <class T> void write_dense(const TensorSlot& tensor, const at::Tensor& values, T* buffer) {
  const at::Tensor view = tensor_view(tensor, buffer);
  view.copy_(values.reshape(view.sizes()));
}

}  // namespace descent::fused
