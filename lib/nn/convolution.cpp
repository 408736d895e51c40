#include "nn/convolution.h"

#include <algorithm>

namespace descent::nn {
namespace {

// Elements of the gathered patches of one product: they stay in the second-level cache.
constexpr std::int64_t chunk_elements = 49152, tile_rows = 48;

std::int64_t depth_of(const PatchShape& s) { return s.kernel_height * s.kernel_width * s.channels; }

// A product with the map itself: nothing to gather.
bool is_pointwise(const PatchShape& s) {
  return s.kernel_height == 1 && s.kernel_width == 1 && s.stride_height == 1 && s.stride_width == 1;
}

std::int64_t chunk_rows(const PatchShape& s) {
  return std::max(chunk_elements / depth_of(s) / tile_rows, std::int64_t{1}) * tile_rows;
}

// Of the gradient of the output of a convolution of stride 1, whose patches make that of its input.
PatchShape turned_of(const PatchShape& s, std::int64_t channels) {
  return {s.out_height, s.out_width, channels, s.height, s.width, s.kernel_height, s.kernel_width, 1, 1,
          s.kernel_height - 1 - s.padding_height, s.kernel_width - 1 - s.padding_width};
}

// Where most taps lie inside the map.
bool gathers_gradient(const PatchShape& s) {
  return !is_pointwise(s) && s.stride_height == 1 && s.stride_width == 1 &&
         s.out_height * s.out_width > s.kernel_height * s.kernel_width;
}

template <class T>
void reserve(Buffer<T>& buffer, std::int64_t size) {
  if (buffer.size() < size) buffer = Buffer<T>(size);
}

}  // namespace

template <class T>
Convolution<T>::Convolution(const PatchShape& shape, std::int64_t out, ConvolutionScratch<T>& scratch)
    : kernels_(&kernels<T>()), scratch_(&scratch), shape_(shape), turned_(turned_of(shape, out)), in_(shape.channels),
      out_(out), in_stride_(padded<T>(in_)), out_stride_(padded<T>(out)), depth_(depth_of(shape)),
      positions_(shape.out_height * shape.out_width) {
  constexpr std::int64_t slack = 64;  // gathering writes whole vectors
  for (const PatchShape& s : {shape_, turned_}) {
    reserve(scratch.patches, chunk_rows(s) * padded<T>(depth_of(s)) + slack);
    reserve(scratch.transposed, depth_of(s) * std::max(in_stride_, out_stride_));
  }
  reserve(scratch.columns, std::max(chunk_rows(shape_) * padded<T>(depth_), chunk_rows(turned_) * in_stride_) + slack);
  reserve(scratch.product, depth_ * out_stride_);
  reserve(scratch.transposed, out * padded<T>(depth_));
}

// The rows of patches [begin, begin + size) of the map x.
template <class T>
const T* Convolution<T>::patches_at(const PatchShape& s, std::int64_t begin, std::int64_t size, const T* x) const {
  if (is_pointwise(s)) return x + begin * padded<T>(s.channels);
  kernels_->gather_patches(s, begin, size, x, scratch_->patches.data());
  return scratch_->patches.data();
}

template <class T>
void Convolution<T>::forward(std::int64_t examples, const T* x, const T* weight, const T* bias, T* y) const {
  const std::int64_t rows = examples * positions_, chunk = chunk_rows(shape_);
  for (std::int64_t begin = 0; begin < rows; begin += chunk) {
    const std::int64_t size = std::min(chunk, rows - begin);
    const T* patches = patches_at(shape_, begin, size, x);
    kernels_->matmul(size, out_, depth_, patches, padded<T>(depth_), 1, weight, out_stride_, bias,
                     y + begin * out_stride_, out_stride_);
  }
}

// Chunk by chunk: dweight += patches^T dy.
template <class T>
void Convolution<T>::parameter_gradient(std::int64_t examples, const T* x, const T* dy, T* dweight, T* dbias) const {
  const std::int64_t rows = examples * positions_, chunk = chunk_rows(shape_);
  for (std::int64_t begin = 0; begin < rows; begin += chunk, dy += chunk * out_stride_) {
    const std::int64_t size = std::min(chunk, rows - begin);
    const T* patches = patches_at(shape_, begin, size, x);
    const auto accumulate = [&](T* sum, std::int64_t count, const auto& compute) {
      if (!sum) return;
      compute(begin == 0 ? sum : scratch_->product.data());
      if (begin > 0) kernels_->add(count, sum, scratch_->product.data(), sum);
    };
    accumulate(dweight, depth_ * out_stride_, [&](T* target) {
      kernels_->matmul(depth_, out_, size, patches, 1, padded<T>(depth_), dy, out_stride_, nullptr, target,
                       out_stride_);
    });
    accumulate(dbias, out_stride_, [&](T* target) { kernels_->column_sums(size, out_stride_, dy, target); });
  }
}

template <class T>
void Convolution<T>::input_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const {
  if (gathers_gradient(shape_)) gather_gradient(examples, weight, dy, dx, adds);
  else scatter_gradient(examples, weight, dy, dx, adds);
}

// As a convolution of dy with the kernel turned by half a turn.
template <class T>
void Convolution<T>::gather_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const {
  const std::int64_t taps = shape_.kernel_height * shape_.kernel_width, depth = depth_of(turned_);
  const std::int64_t rows = examples * shape_.height * shape_.width, chunk = chunk_rows(turned_);
  T* transposed = scratch_->transposed.data();
  for (std::int64_t tap = 0; tap < taps; ++tap)
    kernels_->transpose(in_, out_, weight + tap * in_ * out_stride_, out_stride_,
                        transposed + (taps - 1 - tap) * out_ * in_stride_, in_stride_);
  for (std::int64_t begin = 0; begin < rows; begin += chunk, dx += chunk * in_stride_) {
    const std::int64_t size = std::min(chunk, rows - begin);
    const T* patches = patches_at(turned_, begin, size, dy);
    T* target = adds ? scratch_->columns.data() : dx;
    kernels_->matmul(size, in_, depth, patches, padded<T>(depth), 1, transposed, in_stride_, nullptr, target,
                     in_stride_);
    if (adds) kernels_->add(size * in_stride_, dx, target, dx);
  }
}

// dx += dy weight^T, each patch to where it comes from.
template <class T>
void Convolution<T>::scatter_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const {
  const std::int64_t stride = padded<T>(depth_), rows = examples * positions_, chunk = chunk_rows(shape_);
  const bool direct = is_pointwise(shape_) && !adds;
  T* transposed = scratch_->transposed.data();
  kernels_->transpose(depth_, out_, weight, out_stride_, transposed, stride);
  if (!direct && !adds) std::fill_n(dx, examples * shape_.height * shape_.width * in_stride_, T(0));
  for (std::int64_t begin = 0; begin < rows; begin += chunk, dy += chunk * out_stride_) {
    const std::int64_t size = std::min(chunk, rows - begin);
    T* columns = direct ? dx + begin * stride : scratch_->columns.data();
    kernels_->matmul(size, depth_, out_, dy, out_stride_, 1, transposed, stride, nullptr, columns, stride);
    if (!direct) kernels_->scatter_patches(shape_, begin, size, columns, dx);
  }
}

template class Convolution<float>;
template class Convolution<double>;

}  // namespace descent::nn
