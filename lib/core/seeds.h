#pragma once
// Named random streams: one seed per purpose and run, so that streams never affect each other.

#include <array>
#include <cstdint>
#include <string_view>

namespace descent::core {

// The values enter the derived seeds: never renumber them.
enum class Purpose : std::uint64_t {
  data = 1,
  split,
  label_noise,
  bootstrap,
  init,
  order,
  dropout,
  stochastic_depth,
  prediction,
  augmentation
};

struct PurposeName {
  Purpose purpose;
  std::string_view name;
};
inline constexpr std::array<PurposeName, 10> purposes{{
    {Purpose::data, "data"},
    {Purpose::split, "split"},
    {Purpose::label_noise, "label_noise"},
    {Purpose::bootstrap, "bootstrap"},
    {Purpose::init, "init"},
    {Purpose::order, "order"},
    {Purpose::dropout, "dropout"},
    {Purpose::stochastic_depth, "stochastic_depth"},
    {Purpose::prediction, "prediction"},
    {Purpose::augmentation, "augmentation"},
}};

inline constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: the increment of splitmix64

// The finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection in which any input bit affects all output bits.
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// Returns the seed of one stream of the run with seed `seed`. For `init` it is `seed` itself, so that
// torch.manual_seed(seed) in Python reproduces the pytorch_default initialization.
constexpr std::uint64_t derive_seed(std::int64_t seed, Purpose purpose) {
  const auto bits = static_cast<std::uint64_t>(seed);
  if (purpose == Purpose::init) return bits;
  return mix64(mix64(bits + golden_gamma) + static_cast<std::uint64_t>(purpose) * golden_gamma);
}

}  // namespace descent::core
