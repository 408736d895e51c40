#include "fused/convolution.h"

#include <algorithm>
#include <functional>

#include "fused/parallel.h"

namespace descent::fused {
namespace {

// Gathered elements per product, which stay in the L2 cache.
constexpr std::int64_t chunk_elements = 49152, tile_rows = 48;
constexpr std::int64_t products_per_thread = 1 << 18;

// True if the map itself is the matrix of patches.
bool is_pointwise(const PatchShape& s) {
  return s.kernel_height == 1 && s.kernel_width == 1 && s.stride_height == 1 && s.stride_width == 1;
}

// The convolution that computes the gradient of the input from that of the output, for stride 1.
PatchShape rotated_shape(const PatchShape& s, std::int64_t channels) {
  return {s.out_height,
          s.out_width,
          channels,
          s.height,
          s.width,
          s.kernel_height,
          s.kernel_width,
          1,
          1,
          s.kernel_height - 1 - s.padding_height,
          s.kernel_width - 1 - s.padding_width};
}

// True if gathering is faster than scattering: most taps lie inside the map.
bool gathers_gradient(const PatchShape& s) {
  return !is_pointwise(s) && s.stride_height == 1 && s.stride_width == 1 &&
         s.out_height * s.out_width > s.kernel_height * s.kernel_width;
}

// The number of parts, at most `max_parts`, to split the examples into, each with at least `products_per_part`.
std::int64_t parts_of(std::int64_t examples, std::int64_t products, std::int64_t products_per_part,
                      std::int64_t max_parts) {
  return std::clamp(examples * products / products_per_part, std::int64_t{1}, std::min(max_parts, examples));
}

template <class T> void reserve(Buffer<T>& buffer, std::int64_t size) {
  if (buffer.size() < size) buffer = Buffer<T>(size);
}

// Calls run(slot, part) for the parts [begin, end), at most one per slot.
template <class Slots, class Run>
void for_each_part(Slots& slots, std::int64_t begin, std::int64_t end, const Run& run) {
  parallel_for(std::ssize(slots), end - begin,
               [&](std::int64_t i) { run(slots[static_cast<std::size_t>(i)], begin + i); });
}

}  // namespace

template <class T>
Convolution<T>::Direction::Direction(const PatchShape& s, std::int64_t channels, std::int64_t max_examples)
    : shape(s), out(channels) {
  in_stride = padded<T>(s.channels);
  out_stride = padded<T>(out);
  depth = s.kernel_height * s.kernel_width * s.channels;
  weights = s.channels * out_stride;
  positions = s.out_height * s.out_width;
  chunk = std::min(std::max(chunk_elements / depth / tile_rows, std::int64_t{1}) * tile_rows, max_examples * positions);
}

template <class T>
Convolution<T>::Convolution(const PatchShape& shape, std::int64_t out, std::int64_t max_examples,
                            ConvolutionScratch<T>& scratch)
    : kernels_(&kernels<T>()), scratch_(&scratch), forward_(shape, out, max_examples),
      backward_(rotated_shape(shape, out), shape.channels, max_examples) {
  constexpr std::int64_t slack = 64;  // gathering writes whole vectors
  reserve(scratch.transposed, out * padded<T>(forward_.depth));
  for (const Direction& d : {std::cref(forward_), std::cref(backward_)}) {
    const std::int64_t row = padded<T>(d.depth), sums = d.depth * d.out_stride;
    for (Slot& slot : scratch.slots) {
      reserve(slot.patches, d.chunk * row + slack);
      reserve(slot.columns, d.chunk * std::max(row, d.out_stride) + slack);
      reserve(slot.product, sums);
      reserve(slot.sum, sums + d.out_stride);
    }
    reserve(scratch.transposed, d.depth * d.out_stride);
  }
}

template <class T>
void Convolution<T>::convolve(const Direction& d, std::int64_t examples, const T* x, const T* weight, const T* bias,
                              bool adds, T* y) const {
  const std::int64_t parts = parts_of(examples, d.products(), products_per_thread, std::ssize(scratch_->slots));
  for_each_part(scratch_->slots, 0, parts, [&](Slot& slot, std::int64_t part) {
    const std::int64_t end = examples * (part + 1) / parts * d.positions;
    for (std::int64_t begin = examples * part / parts * d.positions; begin < end; begin += d.chunk)
      multiply(d, slot, begin, std::min(d.chunk, end - begin), x, weight, bias, adds, y);
  });
}

// Computes the rows [begin, begin + size) of y.
template <class T>
void Convolution<T>::multiply(const Direction& d, Slot& slot, std::int64_t begin, std::int64_t size, const T* x,
                              const T* weight, const T* bias, bool adds, T* y) const {
  y += begin * d.out_stride;
  T* target = adds ? slot.columns.data() : y;
  kernels_->matmul({size, d.out, d.depth, patches_at(slot, d, begin, size, x), padded<T>(d.depth), 1, weight,
                    d.out_stride, bias, target, d.out_stride});
  if (adds) kernels_->add(size * d.out_stride, y, target, y);
}

// The rows of patches [begin, begin + size) of the map x.
template <class T>
const T* Convolution<T>::patches_at(Slot& slot, const Direction& d, std::int64_t begin, std::int64_t size,
                                    const T* x) const {
  if (is_pointwise(d.shape)) return x + begin * d.in_stride;
  kernels_->gather_patches(d.shape, begin, size, x, slot.patches.data());
  return slot.patches.data();
}

template <class T>
void Convolution<T>::parameter_gradient(std::int64_t examples, const T* x, const T* dy, T* dweight, T* dbias) const {
  const Direction& d = forward_;
  const std::int64_t size = d.depth * d.out_stride;
  const std::int64_t parts = parts_of(examples, d.products(), 1 << 22, 8);  // independent of the number of threads
  const std::int64_t parallel = std::ssize(scratch_->slots);
  for (std::int64_t first = 0; first < parts; first += parallel) {
    const std::int64_t last = std::min(first + parallel, parts);
    for_each_part(scratch_->slots, first, last, [&](Slot& slot, std::int64_t part) {
      sum_gradient(slot, examples * part / parts, examples * (part + 1) / parts, x, dy, dbias != nullptr);
    });
    for (std::int64_t part = first; part < last; ++part) {
      const T* sum = scratch_->slots[static_cast<std::size_t>(part - first)].sum.data();
      if (part == 0) std::copy_n(sum, size, dweight);
      else kernels_->add(size, dweight, sum, dweight);
      if (!dbias) continue;
      if (part == 0) std::copy_n(sum + size, d.out_stride, dbias);
      else kernels_->add(d.out_stride, dbias, sum + size, dbias);
    }
  }
}

// Writes patches^T dy and then the sum of dy, over the examples [first, last), to slot.sum.
template <class T>
void Convolution<T>::sum_gradient(Slot& slot, std::int64_t first, std::int64_t last, const T* x, const T* dy,
                                  bool with_bias) const {
  const Direction& d = forward_;
  const std::int64_t start = first * d.positions, end = last * d.positions;
  const std::int64_t count = d.depth * d.out_stride;
  for (std::int64_t begin = start; begin < end; begin += d.chunk) {
    const std::int64_t size = std::min(d.chunk, end - begin);
    T* target = begin == start ? slot.sum.data() : slot.product.data();
    kernels_->matmul({d.depth, d.out, size, patches_at(slot, d, begin, size, x), 1, padded<T>(d.depth),
                      dy + begin * d.out_stride, d.out_stride, nullptr, target, d.out_stride});
    if (begin > start) kernels_->add(count, slot.sum.data(), target, slot.sum.data());
  }
  if (!with_bias) return;
  kernels_->column_sums(end - start, d.out_stride, dy + start * d.out_stride, slot.sum.data() + count);
}

template <class T>
void Convolution<T>::input_gradient(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const {
  const PatchShape& s = forward_.shape;
  if (!gathers_gradient(s)) return scatter(examples, weight, dy, dx, adds);
  const std::int64_t last = s.kernel_height * s.kernel_width - 1;
  T* transposed = scratch_->transposed.data();
  for (std::int64_t tap = 0; tap <= last; ++tap)
    kernels_->transpose(s.channels, forward_.out, weight + tap * forward_.weights, forward_.out_stride,
                        transposed + (last - tap) * backward_.weights, backward_.out_stride);
  convolve(backward_, examples, dy, transposed, nullptr, adds, dx);
}

// Adds dy weight^T, patch by patch, to the positions of dx.
template <class T>
void Convolution<T>::scatter(std::int64_t examples, const T* weight, const T* dy, T* dx, bool adds) const {
  const Direction& d = forward_;
  const std::int64_t stride = padded<T>(d.depth), cells = d.shape.height * d.shape.width * d.in_stride;
  const bool direct = is_pointwise(d.shape) && !adds;
  T* transposed = scratch_->transposed.data();
  kernels_->transpose(d.depth, d.out, weight, d.out_stride, transposed, stride);
  const std::int64_t parts = parts_of(examples, d.products(), products_per_thread, std::ssize(scratch_->slots));
  for_each_part(scratch_->slots, 0, parts, [&](Slot& slot, std::int64_t part) {
    const std::int64_t first = examples * part / parts, last = examples * (part + 1) / parts;
    if (!direct && !adds) std::fill_n(dx + first * cells, (last - first) * cells, T(0));
    for (std::int64_t begin = first * d.positions; begin < last * d.positions; begin += d.chunk) {
      const std::int64_t size = std::min(d.chunk, last * d.positions - begin);
      T* columns = direct ? dx + begin * stride : slot.columns.data();
      kernels_->matmul({size, d.depth, d.out, dy + begin * d.out_stride, d.out_stride, 1, transposed, stride, nullptr,
                        columns, stride});
      if (!direct) kernels_->scatter_patches(d.shape, begin, size, columns, dx);
    }
  });
}

template struct ConvolutionScratch<float>;
template struct ConvolutionScratch<double>;
template class Convolution<float>;
template class Convolution<double>;

}  // namespace descent::fused
