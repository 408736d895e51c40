#include "core/seeds.h"

namespace descent::core {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: the increment of splitmix64

// The finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection that changes half of all bits.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t derive_seed(std::int64_t seed, Purpose purpose) {
  const auto bits = static_cast<std::uint64_t>(seed);
  if (purpose == Purpose::init) return bits;
  return mix(mix(bits + golden) + static_cast<std::uint64_t>(purpose) * golden);
}

}  // namespace descent::core
