#pragma once
// Other variants of training images in every step (Krizhevsky et al. 2012): crops of the padded image and mirror
// images.

#include <algorithm>
#include <cstdint>

#include "config/data_facts.h"
#include "core/random.h"
#include "core/seeds.h"

namespace descent::engine {

// Where the pixels of an image come from.
struct ImageVariant {
  std::int64_t right, down;  // shifts of the crop
  bool mirrored;
};

class Augmenter {
 public:
  Augmenter(const config::Augmentation& keys, const config::Shape& shape, std::int64_t seed)
      : keys_(keys), shape_(shape), seed_(core::derive_seed(seed, core::Purpose::augmentation)) {}

  bool active() const { return keys_.crop_padding > 0 || keys_.flip; }

  // The draws of one step; its examples take theirs in the order of the batch.
  core::Random draws(std::int64_t step) const { return core::Random(seed_, static_cast<std::uint64_t>(step)); }

  // A signal is not cropped upwards.
  ImageVariant draw(core::Random& random) const {
    const auto shift = [&](std::int64_t padding) {
      return static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(2 * padding + 1))) - padding;
    };
    const std::int64_t right = shift(keys_.crop_padding), down = shift(shape_.height > 1 ? keys_.crop_padding : 0);
    return {right, down, keys_.flip && random.below(2) == 1};
  }

  // One image [C, H, W] to a variant of it; where the crop leaves the image it is 0.
  template <class T> void apply(core::Random& random, const T* image, T* out) const {
    const auto [right, down, mirrored] = draw(random);
    for (std::int64_t row = 0; row < shape_.channels * shape_.height; ++row) {
      const std::int64_t y = row % shape_.height + down;
      for (std::int64_t column = 0; column < shape_.width; ++column) {
        const std::int64_t x = (mirrored ? shape_.width - 1 - column : column) + right;
        const bool inside = y >= 0 && y < shape_.height && x >= 0 && x < shape_.width;
        *out++ = inside ? image[(row + down) * shape_.width + x] : T(0);
      }
    }
  }

 private:
  const config::Augmentation keys_;
  const config::Shape shape_;
  const std::uint64_t seed_;
};

}  // namespace descent::engine
