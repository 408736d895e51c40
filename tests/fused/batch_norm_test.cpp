#include "fused/norm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace descent::fused {
namespace {

constexpr std::int64_t rows = 12, features = 5, stride = padded<double>(features);

Buffer<double> random_rows(std::uint64_t seed) {
  core::Random random(seed);
  Buffer<double> x(rows * stride);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < features; ++c) x.data()[r * stride + c] = 2 + 3 * random.normal();
  return x;
}

// One training pass, forward and backward.
struct Pass {
  Pass(std::int64_t groups, bool synchronized, std::int64_t first = 0, std::int64_t count = rows) {
    config::Model model;
    model.hidden = {features};
    model.norm = {.kind = config::NormKind::batch, .statistics_groups = groups, .synchronized = synchronized};
    const Layout layout = make_layout<double>(model, {1, 1, 2}, 2);
    Buffer<double> parameters(layout.parameters), gradient(layout.parameters), statistics(layout.statistics);
    std::fill_n(parameters.data() + layout.offset("norm0.weight"), features, 1.5);
    const Buffer<double> x = random_rows(1);
    const std::int64_t start = first * stride;
    Norm<double> norm(model.norm, layout, "norm0", features, {}, count);
    norm.forward(x.data() + start, {count, parameters.data(), statistics.data(), {}, true}, y.data() + start);
    norm.backward(x.data() + start, count, parameters.data(), dx.data() + start, gradient.data());
    std::copy_n(statistics.data() + layout.offset("norm0.running_mean"), stride, running_mean.data());
    std::copy_n(statistics.data() + layout.offset("norm0.running_var"), stride, running_variance.data());
    std::copy_n(gradient.data() + layout.offset("norm0.weight"), stride, dgamma.data());
    std::copy_n(gradient.data() + layout.offset("norm0.bias"), stride, dbeta.data());
  }
  Buffer<double> running_mean{stride}, running_variance{stride}, y{rows * stride}, dx = random_rows(2), dgamma{stride},
                                                                                   dbeta{stride};
};

void expect_near(const Buffer<double>& a, const Buffer<double>& b, std::int64_t begin, std::int64_t end,
                 double tolerance) {
  for (std::int64_t i = begin; i < end; ++i) ASSERT_NEAR(a.data()[i], b.data()[i], tolerance) << "element " << i;
}

TEST(batch_norm, groups_agree_with_separate_batches) {
  const Pass grouped(3, false);
  Buffer<double> dgamma(stride), dbeta(stride);
  for (std::int64_t g = 0; g < 3; ++g) {
    const Pass alone(1, false, 4 * g, 4);
    expect_near(grouped.y, alone.y, 4 * g * stride, 4 * (g + 1) * stride, 0);
    expect_near(grouped.dx, alone.dx, 4 * g * stride, 4 * (g + 1) * stride, 0);
    for (std::int64_t c = 0; c < stride; ++c) dgamma.data()[c] += alone.dgamma.data()[c];
    for (std::int64_t c = 0; c < stride; ++c) dbeta.data()[c] += alone.dbeta.data()[c];
  }
  expect_near(grouped.dgamma, dgamma, 0, stride, 1e-12);
  expect_near(grouped.dbeta, dbeta, 0, stride, 1e-12);
}

TEST(batch_norm, running_statistics_of_unsynchronized_groups_are_those_of_the_first) {
  const Pass grouped(3, false), first(1, false, 0, 4);
  expect_near(grouped.running_mean, first.running_mean, 0, stride, 0);
  expect_near(grouped.running_variance, first.running_variance, 0, stride, 0);
}

TEST(batch_norm, synchronized_groups_agree_with_the_whole_batch) {
  for (const std::int64_t groups : {2, 3, 6}) {
    const Pass shared(groups, true), whole(1, false);
    expect_near(shared.y, whole.y, 0, rows * stride, 1e-12);
    expect_near(shared.dx, whole.dx, 0, rows * stride, 1e-12);
    expect_near(shared.dgamma, whole.dgamma, 0, stride, 1e-12);
    expect_near(shared.dbeta, whole.dbeta, 0, stride, 1e-12);
    expect_near(shared.running_mean, whole.running_mean, 0, stride, 1e-12);
    expect_near(shared.running_variance, whole.running_variance, 0, stride, 1e-12);
  }
}

}  // namespace
}  // namespace descent::fused
