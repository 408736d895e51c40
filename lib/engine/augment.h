#pragma once
// Random augmentation of training images (Krizhevsky et al. 2012): crops of the padded image and horizontal flips.

#include <algorithm>
#include <cstdint>

#include "config/data_facts.h"
#include "core/random.h"
#include "core/seeds.h"

namespace descent::engine {

struct ImageTransform {
  std::int64_t right, down;  // offset of the crop
  bool flipped;
};

class Augmenter {
 public:
  Augmenter(const config::Augmentation& keys, const config::Shape& shape, std::int64_t seed)
      : keys_(keys), shape_(shape), seed_(core::derive_seed(seed, core::Purpose::augmentation)) {}

  bool active() const { return keys_.crop_padding > 0 || keys_.flip; }

  // The random numbers of one step, to be drawn in the order of the batch.
  core::Random random_of(std::int64_t step) const { return core::Random(seed_, static_cast<std::uint64_t>(step)); }

  // Signals, which have height 1, are cropped only horizontally.
  ImageTransform draw(core::Random& random) const {
    const auto shift = [&](std::int64_t padding) {
      return static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(2 * padding + 1))) - padding;
    };
    const std::int64_t right = shift(keys_.crop_padding), down = shift(shape_.height > 1 ? keys_.crop_padding : 0);
    return {right, down, keys_.flip && random.below(2) == 1};
  }

  // Writes a random transform of one image [C, H, W]; pixels outside the image are 0.
  template <class T> void apply(core::Random& random, const T* image, T* out) const {
    const auto [right, down, flipped] = draw(random);
    for (std::int64_t row = 0; row < shape_.channels * shape_.height; ++row) {
      const std::int64_t y = row % shape_.height + down;
      for (std::int64_t column = 0; column < shape_.width; ++column) {
        const std::int64_t x = (flipped ? shape_.width - 1 - column : column) + right;
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
