// Convolutions against plain loops over output, taps and channels.

#include "fused/convolution.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/random.h"

namespace descent::fused {
namespace {

struct Case {
  std::int64_t height, width, in, out, kernel, stride, padding;

  PatchShape shape() const {
    const auto outputs = [&](std::int64_t size) { return (size + 2 * padding - kernel) / stride + 1; };
    return {height, width, in, outputs(height), outputs(width), kernel, kernel, stride, stride, padding, padding};
  }
};

// Gathered, scattered and pointwise convolutions, on maps of odd and even sizes.
constexpr Case cases[] = {{6, 5, 3, 4, 3, 1, 1},   {6, 5, 3, 4, 3, 2, 1},    {7, 7, 17, 20, 3, 2, 1},
                          {5, 8, 18, 13, 1, 1, 0}, {5, 4, 16, 20, 1, 2, 0},  {9, 8, 2, 3, 5, 2, 2},
                          {3, 3, 6, 5, 3, 1, 1},   {4, 4, 16, 16, 3, 1, 1},  {8, 8, 16, 33, 3, 1, 1},
                          {5, 7, 17, 12, 3, 1, 1}, {2, 2, 32, 16, 3, 1, 1},  {6, 5, 13, 19, 3, 1, 0},
                          {3, 4, 12, 12, 3, 1, 2}, {32, 32, 16, 16, 3, 1, 1}};
constexpr std::int64_t examples = 3;

template <class T> Buffer<T> random_rows(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  core::Random random(seed);
  Buffer<T> buffer(rows * padded<T>(columns));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      buffer.data()[r * padded<T>(columns) + c] = static_cast<T>(random.normal());
  return buffer;
}

template <class T> struct Trial {
  explicit Trial(const Case& c, std::int64_t threads = 1)
      : shape(c.shape()), out(c.out), x(random_rows<T>(examples * c.height * c.width, c.in, 1)),
        weight(random_rows<T>(c.kernel * c.kernel * c.in, c.out, 2)), bias(random_rows<T>(1, c.out, 3)),
        dy(random_rows<T>(examples * shape.out_height * shape.out_width, c.out, 4)), y(dy.size()), dx(x.size()),
        dweight(weight.size()), dbias(bias.size()), scratch(threads), convolution(shape, c.out, examples, scratch) {}

  void run(std::int64_t count = examples) {
    convolution.forward(count, x.data(), weight.data(), bias.data(), y.data());
    convolution.parameter_gradient(count, x.data(), dy.data(), dweight.data(), dbias.data());
    convolution.input_gradient(count, weight.data(), dy.data(), dx.data(), false);
  }

  // Calls visit(row of y, row of x, weight, in, out) for every product of the sum.
  void each(const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& visit) const {
    const PatchShape& s = shape;
    for (std::int64_t e = 0; e < examples; ++e)
      for (std::int64_t i = 0; i < s.out_height; ++i)
        for (std::int64_t j = 0; j < s.out_width; ++j)
          for (std::int64_t tap = 0; tap < s.kernel_height * s.kernel_width; ++tap) {
            const std::int64_t line = i * s.stride_height - s.padding_height + tap / s.kernel_width;
            const std::int64_t column = j * s.stride_width - s.padding_width + tap % s.kernel_width;
            if (line < 0 || line >= s.height || column < 0 || column >= s.width) continue;
            visit((e * s.out_height + i) * s.out_width + j, (e * s.height + line) * s.width + column, tap);
          }
  }

  PatchShape shape;
  std::int64_t out;
  Buffer<T> x, weight, bias, dy, y, dx, dweight, dbias;
  ConvolutionScratch<T> scratch;
  Convolution<T> convolution;
};

template <class T> class convolution : public testing::Test {
 protected:
  static constexpr double tolerance = sizeof(T) == 4 ? 3e-4 : 1e-12;  // values are up to about 200
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(convolution, Precisions);

template <class T> double largest_difference(const Buffer<T>& buffer, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(buffer.data()[i]) - expected[i]));
  return largest;
}

TYPED_TEST(convolution, output_and_gradients_agree_with_plain_loops_and_padding_stays_zero) {
  using T = TypeParam;
  for (const Case& c : cases) {
    Trial<T> trial(c);
    trial.run();
    const std::int64_t in_stride = padded<T>(c.in), out_stride = padded<T>(c.out);
    std::vector<double> y(trial.y.size()), dx(trial.dx.size()), dweight(trial.dweight.size()),
        dbias(trial.dbias.size());
    trial.each([&](std::int64_t to, std::int64_t from, std::int64_t tap) {
      for (std::int64_t i = 0; i < c.in; ++i)
        for (std::int64_t o = 0; o < c.out; ++o) {
          const auto index = static_cast<std::size_t>(to * out_stride + o);
          const auto source = static_cast<std::size_t>(from * in_stride + i);
          const auto weight = static_cast<std::size_t>((tap * c.in + i) * out_stride + o);
          y[index] += double(trial.x.data()[source]) * double(trial.weight.data()[weight]);
          dx[source] += double(trial.dy.data()[index]) * double(trial.weight.data()[weight]);
          dweight[weight] += double(trial.dy.data()[index]) * double(trial.x.data()[source]);
        }
    });
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t o = i % static_cast<std::size_t>(out_stride);
      y[i] += double(trial.bias.data()[o]);
      dbias[o] += double(trial.dy.data()[i]);
    }
    const std::string what =
        testing::PrintToString(std::vector{c.height, c.width, c.in, c.out, c.kernel, c.stride, c.padding});
    EXPECT_LT(largest_difference(trial.y, y), this->tolerance) << what;
    EXPECT_LT(largest_difference(trial.dx, dx), this->tolerance) << what;
    EXPECT_LT(largest_difference(trial.dweight, dweight), this->tolerance) << what;
    EXPECT_LT(largest_difference(trial.dbias, dbias), this->tolerance) << what;
  }
}

TYPED_TEST(convolution, a_gradient_can_be_added) {
  using T = TypeParam;
  for (const Case& c : cases) {
    Trial<T> trial(c);
    trial.run();
    const std::vector<T> written(trial.dx.data(), trial.dx.data() + trial.dx.size());
    trial.convolution.input_gradient(examples, trial.weight.data(), trial.dy.data(), trial.dx.data(), true);
    for (std::size_t i = 0; i < written.size(); ++i)
      ASSERT_NEAR(trial.dx.data()[i], 2 * written[i], this->tolerance) << c.height << "x" << c.width << ", " << c.in;
  }
}

template <class T> void expect_equal(const Buffer<T>& a, const Buffer<T>& b, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) ASSERT_EQ(a.data()[i], b.data()[i]) << i;
}

TYPED_TEST(convolution, bits_do_not_depend_on_the_batch) {
  using T = TypeParam;
  for (const Case& c : cases) {
    Trial<T> together(c), alone(c);
    together.run();
    alone.run(1);
    expect_equal(alone.y, together.y, alone.y.size() / examples);
    expect_equal(alone.dx, together.dx, alone.dx.size() / examples);
  }
}

TYPED_TEST(convolution, bits_do_not_depend_on_the_number_of_threads) {
  using T = TypeParam;
  for (const Case& c : cases) {
    Trial<T> one(c), two(c, 2);
    one.run();
    two.run();
    expect_equal(one.y, two.y, one.y.size());
    expect_equal(one.dx, two.dx, one.dx.size());
    expect_equal(one.dweight, two.dweight, one.dweight.size());
    expect_equal(one.dbias, two.dbias, one.dbias.size());
  }
}

}  // namespace
}  // namespace descent::fused
