#include "engine/augment.h"

#include <gmock/gmock.h>

#include <set>
#include <vector>

namespace {

using namespace descent;
using engine::Augmenter;

constexpr config::Shape shape{2, 3, 4};

std::vector<double> image() {
  std::vector<double> pixels;
  for (int i = 1; i <= 24; ++i) pixels.push_back(i);
  return pixels;
}

std::vector<double> variant(const Augmenter& augmenter, core::Random& draws) {
  std::vector<double> out(24);
  augmenter.apply(draws, image().data(), out.data());
  return out;
}

// The definition: the image padded with zeros, cropped, then flipped.
std::vector<double> expected(std::int64_t right, std::int64_t down, bool mirrored) {
  std::vector<double> out;
  for (std::int64_t c = 0; c < 2; ++c)
    for (std::int64_t y = 0; y < 3; ++y)
      for (std::int64_t x = 0; x < 4; ++x) {
        const std::int64_t from_x = (mirrored ? 3 - x : x) + right, from_y = y + down;
        const bool inside = from_x >= 0 && from_x < 4 && from_y >= 0 && from_y < 3;
        out.push_back(inside ? static_cast<double>(1 + (c * 3 + from_y) * 4 + from_x) : 0);
      }
  return out;
}

TEST(augment, all_crops_and_flips_occur_and_no_other_images) {
  const Augmenter augmenter({.crop_padding = 1, .flip = true}, shape, 0);
  std::set<std::vector<double>> possible, seen;
  for (const std::int64_t right : {-1, 0, 1})
    for (const std::int64_t down : {-1, 0, 1})
      for (const bool mirrored : {false, true}) possible.insert(expected(right, down, mirrored));
  core::Random draws = augmenter.random_of(0);
  for (int i = 0; i < 1000; ++i) seen.insert(variant(augmenter, draws));
  EXPECT_EQ(possible.size(), 18u);
  EXPECT_EQ(seen, possible);
}

TEST(augment, every_step_and_seed_has_different_random_numbers) {
  const Augmenter zero({.crop_padding = 2}, shape, 0), one({.crop_padding = 2}, shape, 1);
  const auto sequence = [&](const Augmenter& augmenter, std::int64_t step) {
    core::Random draws = augmenter.random_of(step);
    std::vector<std::vector<double>> all;
    for (int i = 0; i < 10; ++i) all.push_back(variant(augmenter, draws));
    return all;
  };
  EXPECT_EQ(sequence(zero, 3), sequence(zero, 3));
  EXPECT_NE(sequence(zero, 3), sequence(zero, 4));
  EXPECT_NE(sequence(zero, 3), sequence(one, 3));
}

TEST(augment, signals_are_shifted_only_along_their_length) {
  const Augmenter augmenter({.crop_padding = 2}, {1, 1, 5}, 0);
  core::Random draws = augmenter.random_of(0);
  const std::vector<double> signal{1, 2, 3, 4, 5};
  std::vector<double> out(5);
  for (int i = 0; i < 100; ++i) {
    augmenter.apply(draws, signal.data(), out.data());
    EXPECT_EQ(out[2] > 0, true);  // the middle always stays inside
  }
}

}  // namespace
