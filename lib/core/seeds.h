#pragma once
// Named random streams: one seed per purpose and run, so that no stream ever disturbs another.

#include <array>
#include <cstdint>
#include <string_view>

namespace descent::core {

// The numbers take part in the derivation.
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

inline constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: the increment of splitmix64

// The finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection that changes half of all bits.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// The seed of one stream of the run with seed `seed`. `init` is `seed` itself, so that
// torch.manual_seed(seed) in Python reproduces pytorch_default initialization.
constexpr std::uint64_t derive_seed(std::int64_t seed, Purpose purpose) {
  const auto bits = static_cast<std::uint64_t>(seed);
  if (purpose == Purpose::init) return bits;
  return mix(mix(bits + golden) + static_cast<std::uint64_t>(purpose) * golden);
}

}  // namespace descent::core
