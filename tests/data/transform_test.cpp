#include "data/prepare.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

namespace {

using namespace descent;
using namespace descent::data;
using config::FeatureMap;
using testing::ElementsAre;

std::vector<double> mapped(std::vector<FeatureMap> maps, const std::vector<double>& x) {
  config::Data config;
  config.features = std::move(maps);
  Transform transform(config, std::ssize(x));
  std::vector<double> out;
  transform.append(
      0, [&](std::int32_t f) { return x[f]; }, out);
  return out;
}

TEST(transform, keeps_features_by_default) { EXPECT_THAT(mapped({}, {3, 1, 2}), ElementsAre(3, 1, 2)); }

TEST(transform, concatenates_feature_maps) {
  EXPECT_THAT(mapped({FeatureMap::sorted, FeatureMap::raw}, {3, 1, 2}), ElementsAre(1, 2, 3, 3, 1, 2));
}

TEST(transform, powers_go_feature_by_feature_up_to_the_degree) {
  EXPECT_THAT(mapped({FeatureMap::polynomial}, {2, 3}), ElementsAre(2, 4, 8, 3, 9, 27));
}

TEST(transform, the_fourier_magnitude_of_a_wave_is_at_its_frequency) {
  std::vector<double> wave, out;
  for (int i = 0; i < 16; ++i) wave.push_back(std::cos(2 * std::numbers::pi * 3 * i / 16));
  append_rfft_magnitude(wave, out);
  ASSERT_EQ(out.size(), 9u);
  for (std::size_t k = 0; k < out.size(); ++k) EXPECT_NEAR(out[k], k == 3 ? 8 : 0, 1e-12);
}

TEST(transform, the_fourier_magnitude_pads_to_a_power_of_two_and_agrees_with_the_sum) {
  const std::vector<double> x{1, -2, 0.5, 4, 3};
  std::vector<double> out;
  append_rfft_magnitude(x, out);
  ASSERT_EQ(out.size(), 5u);
  for (std::size_t k = 0; k < out.size(); ++k) {
    double real = 0, imaginary = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(k * i) / 8;
      real += x[i] * std::cos(angle);
      imaginary -= x[i] * std::sin(angle);
    }
    EXPECT_NEAR(out[k], std::hypot(real, imaginary), 1e-12);
  }
  std::vector<double> one;
  append_rfft_magnitude({-7}, one);
  EXPECT_THAT(one, ElementsAre(7));
}

}  // namespace
