// Every kernel of every instruction set of this CPU against plain loops in double.

#include "fused/kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "config/choices.h"
#include "core/random.h"
#include "fused/buffer.h"

namespace descent::fused {
namespace {

template <class T>
Buffer<T> random_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed, double scale = 1) {
  core::Random random(seed);
  const std::int64_t stride = padded<T>(columns);
  Buffer<T> matrix(rows * stride);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) matrix.data()[r * stride + c] = static_cast<T>(scale * random.normal());
  return matrix;
}

template <class T> class kernels_test : public testing::Test {
 protected:
  static constexpr double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-13;
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(kernels_test, Precisions);

TYPED_TEST(kernels_test, matmul_agrees_with_plain_loops_for_every_tile_remainder) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const std::int64_t n : {1, 10, 16, 33, 64, 100})
      for (std::int64_t m = 1; m <= 27; ++m) {
        const std::int64_t depth = 19, stride = padded<T>(n), a_stride = padded<T>(depth);
        const auto a = random_matrix<T>(m, depth, 1), b = random_matrix<T>(depth, n, 2),
                   bias = random_matrix<T>(1, n, 3);
        Buffer<T> c(m * stride);
        k->matmul({m, n, depth, a.data(), a_stride, 1, b.data(), stride, bias.data(), c.data(), stride});
        for (std::int64_t i = 0; i < m; ++i)
          for (std::int64_t j = 0; j < stride; ++j) {
            double sum = bias.data()[j];
            for (std::int64_t p = 0; p < depth; ++p)
              sum += double(a.data()[i * a_stride + p]) * double(b.data()[p * stride + j]);
            ASSERT_NEAR(c.data()[i * stride + j], sum, this->tolerance) << k->instruction_set << " " << m << "x" << n;
          }
      }
}

// Sets a fraction of the elements of a matrix to zero.
template <class T> void thin(Buffer<T>& matrix, double zeros) {
  core::Random random(13);
  for (std::int64_t i = 0; i < matrix.size(); ++i)
    if (random.uniform() < zeros) matrix.data()[i] = T(0);
}

TYPED_TEST(kernels_test, the_bits_of_a_row_of_a_product_do_not_depend_on_other_rows) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const auto product : {k->matmul, k->matmul_relu})
      for (const auto& [n, depth] : {std::pair<std::int64_t, std::int64_t>{70, 31}, {300, 300}})
        for (const double zeros : {0.0, 0.6}) {
          const std::int64_t m = 150, stride = padded<T>(n), a_stride = padded<T>(depth);
          auto a = random_matrix<T>(m, depth, 4);
          thin(a, zeros);
          const auto b = random_matrix<T>(depth, n, 5), bias = random_matrix<T>(1, n, 3);
          Buffer<T> whole(m * stride), part(m * stride);
          const auto rows = [&](std::int64_t begin, std::int64_t count, T* c) {
            product(
                {count, n, depth, a.data() + begin * a_stride, a_stride, 1, b.data(), stride, bias.data(), c, stride});
          };
          rows(0, m, whole.data());
          for (const std::int64_t size : {1, 17, 96}) {
            std::fill_n(part.data(), part.size(), T(-1));
            for (std::int64_t begin = 0; begin < m; begin += size)
              rows(begin, std::min(size, m - begin), part.data() + begin * stride);
            ASSERT_EQ(std::memcmp(whole.data(), part.data(), static_cast<std::size_t>(m * stride) * sizeof(T)), 0)
                << k->instruction_set << " " << n << " " << zeros << " " << size;
          }
        }
}

TYPED_TEST(kernels_test, skipping_zeros_does_not_change_the_bits_of_a_product) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const std::int64_t n : {64, 128, 200, 300, 450})
      for (const bool transposed : {false, true}) {
        const std::int64_t m = 37, depth = 100, stride = padded<T>(n);
        const std::int64_t a_stride = padded<T>(transposed ? m : depth);
        auto a = random_matrix<T>(transposed ? depth : m, transposed ? m : depth, 14);
        const auto b = random_matrix<T>(depth, n, 15), bias = random_matrix<T>(1, n, 16);
        thin(a, 0.6);
        const std::int64_t row = transposed ? 1 : a_stride, column = transposed ? a_stride : 1;
        Buffer<T> skipping(m * stride), narrow(m * stride);
        k->matmul({m, n, depth, a.data(), row, column, b.data(), stride, bias.data(), skipping.data(), stride});
        for (std::int64_t j = 0; j < stride; j += padded<T>(1))  // too narrow for skipping zeros
          k->matmul(
              {m, 1, depth, a.data(), row, column, b.data() + j, stride, bias.data() + j, narrow.data() + j, stride});
        for (std::int64_t i = 0; i < m * stride; ++i)
          ASSERT_EQ(skipping.data()[i], narrow.data()[i]) << k->instruction_set << " " << n << " " << transposed;
      }
}

TYPED_TEST(kernels_test, matmul_relu_is_relu_of_matmul_and_propagates_nan) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const double zeros : {0.0, 0.7})
      for (const std::int64_t n : {10, 150}) {
        const std::int64_t m = 21, depth = 70, stride = padded<T>(n), a_stride = padded<T>(depth);
        auto a = random_matrix<T>(m, depth, 17);
        thin(a, zeros);
        a.data()[3 * a_stride] = std::numeric_limits<T>::quiet_NaN();
        const auto b = random_matrix<T>(depth, n, 18), bias = random_matrix<T>(1, n, 19);
        Buffer<T> plain(m * stride), relu(m * stride);
        k->matmul({m, n, depth, a.data(), a_stride, 1, b.data(), stride, bias.data(), plain.data(), stride});
        k->activate(static_cast<int>(config::Activation::relu), m * stride, plain.data(), plain.data());
        k->matmul_relu({m, n, depth, a.data(), a_stride, 1, b.data(), stride, bias.data(), relu.data(), stride});
        EXPECT_TRUE(std::isnan(relu.data()[3 * stride]));
        EXPECT_EQ(std::memcmp(relu.data(), plain.data(), static_cast<std::size_t>(m * stride) * sizeof(T)), 0)
            << k->instruction_set << " " << n;
      }
}

TYPED_TEST(kernels_test, transpose_swaps_rows_and_columns_and_zeroes_the_padding) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const std::int64_t rows : {1, 10, 16, 37})
      for (const std::int64_t columns : {1, 10, 33}) {
        const auto in = random_matrix<T>(rows, columns, 6);
        const std::int64_t in_stride = padded<T>(columns), out_stride = padded<T>(rows);
        Buffer<T> out(columns * out_stride);
        std::fill_n(out.data(), out.size(), T(7));
        k->transpose(rows, columns, in.data(), in_stride, out.data(), out_stride);
        for (std::int64_t c = 0; c < columns; ++c)
          for (std::int64_t r = 0; r < out_stride; ++r)
            ASSERT_EQ(out.data()[c * out_stride + r], r < rows ? in.data()[r * in_stride + c] : T(0));
      }
}

double reference(config::Activation activation, double x) {
  switch (activation) {
    case config::Activation::relu: return x > 0 ? x : 0;
    case config::Activation::tanh: return std::tanh(x);
    case config::Activation::sigmoid: return 1 / (1 + std::exp(-x));
    case config::Activation::gelu: return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0)));
    case config::Activation::leaky_relu: return x > 0 ? x : 0.01 * x;
    case config::Activation::silu: return x / (1 + std::exp(-x));
    case config::Activation::identity: return x;
  }
  return 0;
}

TYPED_TEST(kernels_test, activations_and_their_derivatives_agree_with_the_standard_library) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const config::Choice& choice : config::choices_of(config::Activation{}).table) {
      const std::int64_t n = 512;
      const auto x = random_matrix<T>(1, n, 7, 3);
      Buffer<T> y(n), dy(n), dx(n);
      std::fill_n(dy.data(), n, T(1));
      k->activate(choice.value, n, x.data(), y.data());
      k->activate_backward(choice.value, n, x.data(), y.data(), dy.data(), dx.data());
      const auto activation = static_cast<config::Activation>(choice.value);
      for (std::int64_t i = 0; i < n; ++i) {
        const double at = x.data()[i], h = 1e-5;
        const double slope = (reference(activation, at + h) - reference(activation, at - h)) / (2 * h);
        ASSERT_NEAR(y.data()[i], reference(activation, at), this->tolerance * std::max(1.0, std::abs(at)))
            << k->instruction_set << " " << choice.name << " at " << at;
        ASSERT_NEAR(dx.data()[i], slope, 1e-5) << k->instruction_set << " " << choice.name << " at " << at;
      }
    }
}

// Units in the last place between a value in T and its reference in long double.
template <class T> double ulps(T value, long double exact) {
  const T near = static_cast<T>(exact);
  const T spacing = std::nextafter(std::abs(near), std::numeric_limits<T>::infinity()) - std::abs(near);
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / static_cast<long double>(spacing));
}

TYPED_TEST(kernels_test, exp_and_log_of_the_loss_are_accurate_to_2_ulp) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>()) {
    const std::int64_t n = 4096;
    Buffer<T> x(n), e(n), l(n);
    core::Random random(8);
    for (std::int64_t i = 0; i < n; ++i) x.data()[i] = static_cast<T>(80 * (random.uniform() - 1));
    k->exponential(n, x.data(), e.data());
    k->logarithm(n, e.data(), l.data());
    for (std::int64_t i = 0; i < n; ++i) {
      ASSERT_LE(ulps(e.data()[i], std::exp(static_cast<long double>(x.data()[i]))), 2) << k->instruction_set;
      ASSERT_LE(ulps(l.data()[i], std::log(static_cast<long double>(e.data()[i]))), 2) << k->instruction_set;
    }
  }
}

TYPED_TEST(kernels_test, exp_handles_zero_infinity_and_nan) {
  using T = TypeParam;
  constexpr T infinity = std::numeric_limits<T>::infinity();
  for (const Kernels<T>* k : available_kernels<T>()) {
    Buffer<T> x(padded<T>(1)), y(padded<T>(1));
    std::copy_n(std::array{-infinity, infinity, std::numeric_limits<T>::quiet_NaN(), T(-1e4), T(1e4)}.data(), 5,
                x.data());
    k->exponential(x.size(), x.data(), y.data());
    EXPECT_EQ(y.data()[0], T(0)) << k->instruction_set;
    EXPECT_EQ(y.data()[1], infinity) << k->instruction_set;
    EXPECT_TRUE(std::isnan(y.data()[2])) << k->instruction_set;
    EXPECT_EQ(y.data()[3], T(0)) << k->instruction_set;
    EXPECT_EQ(y.data()[4], infinity) << k->instruction_set;
  }
}

TYPED_TEST(kernels_test, tanh_is_accurate_to_2_ulp_up_to_saturation) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>()) {
    const std::int64_t n = 1 << 16;
    Buffer<T> x(n), y(n);
    core::Random random(20);
    for (std::int64_t i = 0; i < n; ++i)
      x.data()[i] = static_cast<T>((i % 2 ? 1 : -1) * std::exp2(20 * random.uniform() - 14));
    k->activate(static_cast<int>(config::Activation::tanh), n, x.data(), y.data());
    for (std::int64_t i = 0; i < n; ++i)
      ASSERT_LE(ulps(y.data()[i], std::tanh(static_cast<long double>(x.data()[i]))), 2)
          << k->instruction_set << " at " << x.data()[i];
  }
}

TYPED_TEST(kernels_test, cross_entropy_agrees_with_its_definition_and_counts_the_first_maximum) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const auto& [classes, smoothing] : {std::pair{10, 0.0}, std::pair{10, 0.1}, std::pair{37, 0.1}}) {
      const std::int64_t rows = 21, stride = padded<T>(classes);
      auto z = random_matrix<T>(rows, classes, 9, 4);
      z.data()[3] = z.data()[5] = T(100);  // a tie: class 3 wins
      std::vector<std::int32_t> labels;
      for (std::int64_t r = 0; r < rows; ++r) labels.push_back(static_cast<std::int32_t>(r * 7 % classes));
      labels[0] = 3;
      Buffer<T> gradient(rows * stride), scratch(padded<T>(classes) * padded<T>(1));
      std::fill_n(gradient.data(), gradient.size(), T(7));
      const LossSum sum =
          k->cross_entropy(rows, classes, stride, z.data(), labels.data(), smoothing, gradient.data(), scratch.data());
      double loss = 0;
      std::int64_t errors = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        const T* row = z.data() + r * stride;
        double total = 0;
        for (std::int64_t c = 0; c < classes; ++c) total += std::exp(double(row[c]));
        const std::int64_t best = std::max_element(row, row + classes) - row;
        errors += best != labels[static_cast<std::size_t>(r)];
        for (std::int64_t c = 0; c < stride; ++c) {
          double expected = 0;
          if (c < classes) {
            const double target =
                (c == labels[static_cast<std::size_t>(r)] ? 1 - smoothing : 0) + smoothing / double(classes);
            loss -= target * (double(row[c]) - std::log(total));
            expected = (std::exp(double(row[c])) / total - target) / double(rows);
          }
          ASSERT_NEAR(gradient.data()[r * stride + c], expected, this->tolerance) << k->instruction_set;
        }
      }
      EXPECT_NEAR(sum.loss, loss, this->tolerance * loss) << k->instruction_set;
      EXPECT_EQ(sum.errors, errors) << k->instruction_set;
    }
}

TYPED_TEST(kernels_test, target_error_agrees_with_its_definition_and_keeps_the_padding_zero) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const std::int64_t outputs : {1, 3, 20}) {
      const std::int64_t rows = 7, stride = padded<T>(outputs);
      const auto values = random_matrix<T>(rows, outputs, 11), targets = random_matrix<T>(rows, outputs, 12);
      Buffer<T> gradient(rows * stride);
      std::fill_n(gradient.data(), gradient.size(), T(7));
      const LossSum sum = k->target_error(rows, outputs, stride, values.data(), targets.data(), gradient.data());
      double squares = 0;
      for (std::int64_t i = 0; i < rows * stride; ++i) {
        const double difference = double(values.data()[i]) - double(targets.data()[i]);
        squares += difference * difference;
        ASSERT_NEAR(gradient.data()[i], 2 * difference / double(rows * outputs), this->tolerance);
      }
      EXPECT_NEAR(sum.loss, squares / double(outputs), this->tolerance * squares) << k->instruction_set;
      EXPECT_EQ(k->target_error(rows, outputs, stride, values.data(), targets.data(), nullptr).loss, sum.loss);
    }
}

TYPED_TEST(kernels_test, statistics_of_many_rows_are_accurate) {
  using T = TypeParam;
  const std::int64_t rows = 100000, stride = padded<T>(1);
  auto x = random_matrix<T>(rows, stride, 13);
  for (std::int64_t i = 0; i < x.size(); ++i) x.data()[i] += T(3);
  double sum = 0, squares = 0;
  for (std::int64_t r = 0; r < rows; ++r) sum += double(x.data()[r * stride]);
  for (std::int64_t r = 0; r < rows; ++r) squares += std::pow(double(x.data()[r * stride]) - sum / rows, 2);
  for (const Kernels<T>* k : available_kernels<T>()) {
    Buffer<T> mean(stride), variance(stride);
    k->batch_statistics(rows, stride, x.data(), mean.data(), variance.data());
    EXPECT_NEAR(mean.data()[0], sum / rows, 1e-6) << k->instruction_set;
    EXPECT_NEAR(variance.data()[0], squares / rows, 1e-6) << k->instruction_set;
  }
}

TYPED_TEST(kernels_test, cross_entropy_of_a_non_finite_logit_is_not_finite) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>())
    for (const double bad : {std::nan(""), HUGE_VAL}) {
      auto z = random_matrix<T>(4, 10, 10);
      z.data()[2 * padded<T>(10) + 6] = static_cast<T>(bad);
      const std::int32_t labels[4] = {0, 1, 2, 3};
      Buffer<T> scratch(padded<T>(10) * padded<T>(1));
      const LossSum sum = k->cross_entropy(4, 10, padded<T>(10), z.data(), labels, 0, nullptr, scratch.data());
      EXPECT_FALSE(std::isfinite(sum.loss)) << k->instruction_set;
    }
}

TYPED_TEST(kernels_test, dropout_draws_the_words_of_the_philox_stream_and_keeps_the_mean) {
  using T = TypeParam;
  const double rate = 0.3;
  const std::int64_t n = 1 << 16;
  Buffer<T> ones(n), mask(n), y(n);
  std::fill_n(ones.data(), n, T(1));
  const DropoutDraw draw{0x123456789abcdefu, 77, 2};
  for (const Kernels<T>* k : available_kernels<T>()) {
    k->dropout(n, rate, draw, ones.data(), mask.data(), y.data());
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      sum += double(y.data()[i]);
      const auto lane = static_cast<std::uint32_t>(i % 16), block = static_cast<std::uint32_t>(i / 64 * 16);
      const auto words =
          core::philox({block + lane, draw.layer, static_cast<std::uint32_t>(draw.step), 0},
                       {static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32)});
      const bool kept = words[static_cast<std::size_t>(i % 64 / 16)] <= (1 - rate) * 4294967295.0;
      ASSERT_EQ(mask.data()[i], kept ? static_cast<T>(1 / (1 - rate)) : T(0)) << k->instruction_set << " " << i;
    }
    EXPECT_NEAR(sum / double(n), 1, 5 * std::sqrt(rate / (1 - rate) / double(n))) << k->instruction_set;
  }
}

TYPED_TEST(kernels_test, squared_error_agrees_with_its_definition) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>()) {
    const auto out = random_matrix<T>(5, 3, 11);
    const std::int32_t labels[5] = {0, 1, 2, 1, 0};
    const std::int64_t stride = padded<T>(3);
    Buffer<T> gradient(5 * stride);
    const LossSum sum = k->squared_error(5, 3, stride, out.data(), labels, gradient.data());
    double loss = 0;
    for (std::int64_t r = 0; r < 5; ++r)
      for (std::int64_t c = 0; c < 3; ++c) {
        const double d = double(out.data()[r * stride + c]) - (c == labels[r]);
        loss += d * d / 3;
        EXPECT_NEAR(gradient.data()[r * stride + c], 2 * d / 15, this->tolerance);
      }
    EXPECT_NEAR(sum.loss, loss, this->tolerance * loss);
  }
}

TYPED_TEST(kernels_test, sums_agree_with_plain_loops) {
  using T = TypeParam;
  for (const Kernels<T>* k : available_kernels<T>()) {
    const auto x = random_matrix<T>(9, 20, 12);
    const std::int64_t stride = padded<T>(20);
    Buffer<T> sums(stride);
    k->column_sums(9, stride, x.data(), sums.data());
    double squares = 0;
    for (std::int64_t c = 0; c < 20; ++c) {
      double sum = 0;
      for (std::int64_t r = 0; r < 9; ++r) {
        sum += double(x.data()[r * stride + c]);
        squares += double(x.data()[r * stride + c]) * double(x.data()[r * stride + c]);
      }
      EXPECT_NEAR(sums.data()[c], sum, this->tolerance);
    }
    EXPECT_NEAR(k->square_sum(9 * stride, x.data()), squares, this->tolerance * squares);
  }
}

TYPED_TEST(kernels_test, limit_columns_scales_only_columns_above_the_maximum) {
  using T = TypeParam;
  const T most = 3;
  for (const Kernels<T>* k : available_kernels<T>()) {
    const std::int64_t rows = 9, columns = 20, stride = padded<T>(columns);
    const auto before = random_matrix<T>(rows, columns, 1);
    Buffer<T> x(rows * stride);
    std::copy_n(before.data(), rows * stride, x.data());
    for (std::int64_t r = 0; r < rows; ++r) x.data()[r * stride + 4] = 0;  // a column of length 0
    k->limit_columns(rows, stride, most, x.data());
    int shortened = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
      double squares = 0;
      for (std::int64_t r = 0; r < rows; ++r) squares += std::pow(double(before.data()[r * stride + c]), 2);
      const double factor = c == 4 ? 0 : std::min(1.0, most / std::sqrt(squares));
      shortened += factor < 1;
      for (std::int64_t r = 0; r < rows; ++r) {
        const T was = before.data()[r * stride + c], is = x.data()[r * stride + c];
        if (factor == 1) EXPECT_EQ(is, was);
        else EXPECT_NEAR(is, factor * double(was), this->tolerance);
      }
    }
    EXPECT_GT(shortened, 3);
    EXPECT_LT(shortened, columns - 3);
  }
}

}  // namespace
}  // namespace descent::fused
