#pragma once
// Flipped bits, to damage files.

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace descent {

// The bits to flip: one of every byte or, in the slow tests (DESCENT_EVERY_BIT), all.
inline std::vector<std::size_t> bits_of(std::size_t bytes) {
  std::vector<std::size_t> bits;
  for (std::size_t bit = 0; bit < bytes * 8; ++bit)
    if (std::getenv("DESCENT_EVERY_BIT") || bit % 8 == bit / 8 % 8) bits.push_back(bit);
  return bits;
}

inline std::string flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

}  // namespace descent
