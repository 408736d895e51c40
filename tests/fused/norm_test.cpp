#include "fused/norm.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace descent::fused {
namespace {

constexpr std::int64_t examples = 3, positions = 4, channels = 6, stride = padded<double>(channels);

Buffer<double> random_rows(std::uint64_t seed) {
  core::Random random(seed);
  Buffer<double> x(examples * positions * stride);
  for (std::int64_t r = 0; r < examples * positions; ++r)
    for (std::int64_t c = 0; c < channels; ++c) x.data()[r * stride + c] = 2 + 3 * random.normal();
  return x;
}

// A forward and a backward pass in training mode.
struct Trained {
  Trained(config::NormKind kind, std::int64_t rows, std::optional<std::int64_t> map_positions) {
    config::Model model;
    model.hidden = {channels};
    model.norm.kind = kind;
    model.norm.groups = 2;
    const Layout layout = make_layout<double>(model, {1, 1, 2}, 2);
    Buffer<double> parameters(layout.parameters), statistics(layout.statistics);
    std::fill_n(parameters.data() + layout.offset("norm0.weight"), channels, 1.5);
    gradient = Buffer<double>(layout.parameters);
    Norm<double> norm(model.norm, layout, "norm0", channels, map_positions, rows);
    const Buffer<double> x = random_rows(1);
    norm.forward(x.data(), {rows, parameters.data(), statistics.data(), {}, true}, y.data());
    norm.backward(x.data(), rows, parameters.data(), dx.data(), gradient.data());
  }
  Buffer<double> y{examples * positions * stride}, dx = random_rows(2), gradient;
};

void expect_near(const Buffer<double>& a, const Buffer<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::int64_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a.data()[i], b.data()[i], 1e-13) << "element " << i;
}

void expect_equal(const Trained& a, const Trained& b) {
  expect_near(a.y, b.y);
  expect_near(a.dx, b.dx);
  expect_near(a.gradient, b.gradient);
  EXPECT_GT(std::abs(a.y.data()[0]), 1e-3);
}

TEST(norm, rows_are_maps_of_one_position) {
  for (const config::Choice& choice : config::choices_of(config::NormKind{}).table) {
    SCOPED_TRACE(choice.name);
    const auto kind = static_cast<config::NormKind>(choice.value);
    if (kind == config::NormKind::none) continue;
    expect_equal(Trained(kind, examples * positions, {}), Trained(kind, examples * positions, 1));
  }
}

TEST(norm, batch_norm_of_maps_treats_every_position_as_an_example) {
  expect_equal(Trained(config::NormKind::batch, examples, positions),
               Trained(config::NormKind::batch, examples * positions, {}));
}

}  // namespace
}  // namespace descent::fused
