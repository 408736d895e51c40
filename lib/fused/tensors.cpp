#include "fused/tensors.h"

#include <ATen/ops/from_blob.h>

namespace descent::fused {
namespace {

// [out, in, positions] of the numbers of a tensor, which lie as [positions, in, out] with padded rows.
template <class T>
at::Tensor view_of(const NamedTensor& t, const T* buffer) {
  const std::int64_t positions = t.rows / t.channels;
  return at::from_blob(const_cast<T*>(buffer) + t.offset, {t.columns, t.channels, positions},
                       {1, t.stride, t.channels * t.stride}, c10::CppTypeToScalarType<T>::value);
}

}  // namespace

template <class T>
at::Tensor matrix_view(const T* values, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  return at::from_blob(const_cast<T*>(values), {rows, columns}, {stride, 1}, c10::CppTypeToScalarType<T>::value);
}

template <class T>
at::Tensor dense_tensor(const NamedTensor& tensor, const T* buffer) {
  return view_of(tensor, buffer).clone(at::MemoryFormat::Contiguous).view(tensor.shape);
}

template <class T>
void write_dense(const NamedTensor& tensor, const at::Tensor& values, T* buffer) {
  const at::Tensor view = view_of(tensor, buffer);
  view.copy_(values.reshape(view.sizes()));
}

template at::Tensor matrix_view(const float*, std::int64_t, std::int64_t, std::int64_t);
template at::Tensor matrix_view(const double*, std::int64_t, std::int64_t, std::int64_t);
template at::Tensor dense_tensor(const NamedTensor&, const float*);
template at::Tensor dense_tensor(const NamedTensor&, const double*);
template void write_dense(const NamedTensor&, const at::Tensor&, float*);
template void write_dense(const NamedTensor&, const at::Tensor&, double*);

}  // namespace descent::fused
