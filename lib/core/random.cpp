#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace descent::core {
namespace {

constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

template <class Next> std::uint32_t uniform_below(std::uint32_t bound, const Next& next) {
  std::uint64_t product = std::uint64_t{next()} * bound;
  if (low(product) < bound) {
    const std::uint32_t threshold = -bound % bound;  // 2^32 mod bound: smaller low words would cause a bias
    while (low(product) < threshold) product = std::uint64_t{next()} * bound;
  }
  return high(product);
}

}  // namespace

PhiloxBlock philox(PhiloxBlock counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xd2511f53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xcd9e8d57} * counter[2];
    counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
    key[0] += 0x9e3779b9;  // Weyl sequences of the golden ratio and of sqrt(3) - 1
    key[1] += 0xbb67ae85;
  }
  return counter;
}

PhiloxBlock Random::draw() {
  const std::uint64_t index = index_++;
  return philox({low(index), high(index), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
}

std::uint32_t Random::next() {
  if (used_ == 4) {
    block_ = draw();
    used_ = 0;
  }
  return block_[used_++];
}

void Random::fill(std::span<std::uint32_t> words) {
  std::size_t i = 0;
  while (i < words.size() && used_ < 4) words[i++] = next();
  for (; i + 4 <= words.size(); i += 4) std::ranges::copy(draw(), words.begin() + static_cast<std::ptrdiff_t>(i));
  while (i < words.size()) words[i++] = next();
}

std::uint32_t Random::below(std::uint32_t bound) {
  return uniform_below(bound, [this] { return next(); });
}

double Random::uniform() {
  const std::uint64_t upper = next() >> 5, lower = next() >> 6;
  return static_cast<double>(upper << 26 | lower) * 0x1p-53;
}

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log1p(-uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

void permute(Random& random, std::int64_t n, std::vector<std::int32_t>& order) {
  order.resize(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::array<std::uint32_t, 256> buffer;
  std::span<std::uint32_t> words;  // drawn, not yet used
  for (std::size_t i = order.size(); i > 1; --i) {
    const auto next = [&] {
      if (words.empty()) {
        words = std::span(buffer).first(std::min(buffer.size(), i - 1));
        random.fill(words);
      }
      const std::uint32_t word = words.front();
      words = words.subspan(1);
      return word;
    };
    std::swap(order[i - 1], order[uniform_below(static_cast<std::uint32_t>(i), next)]);
  }
}

}  // namespace descent::core
