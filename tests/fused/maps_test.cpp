// The kernels for maps (kernels/maps.h) of every instruction set against plain loops.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::fused {
namespace {

template <class T> class maps : public testing::Test {
 protected:
  static constexpr double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-13;
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(maps, Precisions);

template <class T> Buffer<T> random_rows(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  core::Random random(seed);
  Buffer<T> buffer(rows * padded<T>(columns) + 64);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      buffer.data()[r * padded<T>(columns) + c] = static_cast<T>(random.normal());
  return buffer;
}

// Taps and channels that fill vectors or not; patches inside the map, across its border and outside.
constexpr PatchShape shapes[] = {{5, 4, 3, 5, 4, 3, 3, 1, 1, 1, 1},
                                 {5, 4, 16, 3, 2, 3, 3, 2, 2, 1, 1},
                                 {4, 6, 17, 2, 4, 3, 3, 1, 1, 0, 0},
                                 {1, 9, 2, 1, 5, 1, 5, 1, 2, 0, 2},
                                 {2, 2, 5, 6, 6, 3, 3, 1, 1, 3, 3}};
constexpr std::int64_t examples = 2;

std::int64_t rows_of(const PatchShape& s) { return examples * s.out_height * s.out_width; }

// The row of the map under one tap of one row of patches; -1 in the padding.
std::int64_t pixel_of(const PatchShape& s, std::int64_t row, std::int64_t tap) {
  const std::int64_t column = row % s.out_width, line = row / s.out_width % s.out_height;
  const std::int64_t y = line * s.stride_height - s.padding_height + tap / s.kernel_width;
  const std::int64_t x = column * s.stride_width - s.padding_width + tap % s.kernel_width;
  if (y < 0 || y >= s.height || x < 0 || x >= s.width) return -1;
  return (row / (s.out_width * s.out_height) * s.height + y) * s.width + x;
}

TYPED_TEST(maps, patches_are_gathered_with_zeros_in_the_padding) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const PatchShape& s : shapes) {
      const std::int64_t taps = s.kernel_height * s.kernel_width, stride = padded<T>(taps * s.channels);
      const auto x = random_rows<T>(examples * s.height * s.width, s.channels, 1);
      Buffer<T> patches(rows_of(s) * stride + 64);
      const std::int64_t begin = 3;  // in the middle of a line
      std::fill_n(patches.data(), patches.size(), T(7));
      k->gather_patches(s, begin, rows_of(s) - begin, x.data(), patches.data());
      for (std::int64_t r = begin; r < rows_of(s); ++r)
        for (std::int64_t i = 0; i < stride; ++i) {
          const std::int64_t tap = i / s.channels, pixel = tap < taps ? pixel_of(s, r, tap) : -1;
          const T expected = pixel < 0 ? T(0) : x.data()[pixel * padded<T>(s.channels) + i % s.channels];
          ASSERT_EQ(patches.data()[(r - begin) * stride + i], expected) << k->instruction_set << ", row " << r;
        }
    }
}

TYPED_TEST(maps, patches_are_scattered_to_their_positions_only) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const PatchShape& s : shapes) {
      const std::int64_t taps = s.kernel_height * s.kernel_width, stride = padded<T>(taps * s.channels);
      const std::int64_t map_stride = padded<T>(s.channels), pixels = examples * s.height * s.width;
      const auto patches = random_rows<T>(rows_of(s), taps * s.channels, 2);
      auto x = random_rows<T>(pixels, s.channels, 3);
      std::vector<double> expected(x.data(), x.data() + pixels * map_stride);
      for (std::int64_t r = 0; r < rows_of(s); ++r)
        for (std::int64_t i = 0; i < taps * s.channels; ++i)
          if (const std::int64_t pixel = pixel_of(s, r, i / s.channels); pixel >= 0)
            expected[static_cast<std::size_t>(pixel * map_stride + i % s.channels)] +=
                double(patches.data()[r * stride + i]);
      k->scatter_patches(s, 0, rows_of(s), patches.data(), x.data());
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(x.data()[i], expected[i], this->tolerance) << k->instruction_set << " " << i;
    }
}

TYPED_TEST(maps, sums_and_combinations_of_columns_agree_with_plain_loops) {
  using T = TypeParam;
  const std::int64_t rows = 7, columns = 19, stride = padded<T>(columns);
  const auto x = random_rows<T>(rows, columns, 4), dy = random_rows<T>(rows, columns, 5);
  const auto mean = random_rows<T>(1, columns, 6), scale = random_rows<T>(1, columns, 7),
             factor = random_rows<T>(1, columns, 8), shift = random_rows<T>(1, columns, 9);
  for (const Kernels<T>* k : available_kernels<T>()) {
    Buffer<T> sums(stride), dx(rows * stride);
    k->column_products(rows, stride, x.data(), mean.data(), scale.data(), dy.data(), sums.data());
    k->combine_columns(rows, stride, x.data(), mean.data(), scale.data(), factor.data(), shift.data(), dy.data(),
                       dx.data());
    for (std::int64_t c = 0; c < stride; ++c) {
      double sum = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        const double centred = double(x.data()[r * stride + c]) - double(mean.data()[c]);
        sum += centred * double(scale.data()[c]) * double(dy.data()[r * stride + c]);
        ASSERT_NEAR(dx.data()[r * stride + c],
                    double(factor.data()[c]) * double(dy.data()[r * stride + c]) + double(scale.data()[c]) * centred +
                        double(shift.data()[c]),
                    this->tolerance);
      }
      ASSERT_NEAR(sums.data()[c], sum, this->tolerance) << k->instruction_set;
    }
  }
}

TYPED_TEST(maps, max_pooling_selects_the_first_maximum_and_passes_it_the_gradient) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const PatchShape& s : shapes) {
      if (s.padding_height >= s.kernel_height) continue;  // a kernel outside the map has no maximum
      const std::int64_t stride = padded<T>(s.channels), pixels = examples * s.height * s.width;
      auto x = random_rows<T>(pixels, s.channels, 14);
      for (std::int64_t i = 0; i < pixels * stride; ++i) x.data()[i] = std::round(x.data()[i]);  // many are equal
      x.data()[0] = std::numeric_limits<T>::quiet_NaN();
      const auto dy = random_rows<T>(rows_of(s), s.channels, 15);
      Buffer<T> y(rows_of(s) * stride), argmax(rows_of(s) * stride), dx(pixels * stride);
      std::fill_n(dx.data(), dx.size(), T(1));
      std::vector<double> gradient(static_cast<std::size_t>(pixels * stride), 1.0);
      k->max_pool(s, examples, x.data(), y.data(), argmax.data());
      k->max_pool_backward(s, examples, dy.data(), argmax.data(), dx.data());
      for (std::int64_t r = 0; r < rows_of(s); ++r)
        for (std::int64_t c = 0; c < stride; ++c) {
          std::int64_t best = -1;
          for (std::int64_t tap = 0; tap < s.kernel_height * s.kernel_width; ++tap) {
            const std::int64_t pixel = pixel_of(s, r, tap);
            if (pixel < 0) continue;
            const T value = x.data()[pixel * stride + c];
            if (best < 0 || value > x.data()[best] || std::isnan(value)) best = pixel * stride + c;
          }
          const T largest = x.data()[best], found = y.data()[r * stride + c];
          ASSERT_TRUE(found == largest || (std::isnan(found) && std::isnan(largest))) << k->instruction_set;
          gradient[static_cast<std::size_t>(best)] += double(dy.data()[r * stride + c]);
        }
      for (std::size_t i = 0; i < gradient.size(); ++i)
        ASSERT_NEAR(dx.data()[i], gradient[i], this->tolerance) << k->instruction_set << " " << i;
    }
}

}  // namespace
}  // namespace descent::fused
