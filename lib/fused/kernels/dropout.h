#pragma once
// Dropout and its random numbers.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

inline constexpr std::int64_t philox_lanes = 16;

// 32-bit words in 64-bit lanes, whose upper halves are ignored, and their 64-bit products with one factor. GCC 12 does
// not generate this instruction without intrinsics.
#if defined(CPU_CAPABILITY_AVX512)
using Words = std::uint64_t __attribute__((vector_size(64)));
inline Words wide_products(Words words, std::uint32_t factor) {
  return reinterpret_cast<Words>(_mm512_mul_epu32(reinterpret_cast<__m512i>(words), _mm512_set1_epi64(factor)));
}
#elif defined(CPU_CAPABILITY_AVX2)
using Words = std::uint64_t __attribute__((vector_size(32)));
inline Words wide_products(Words words, std::uint32_t factor) {
  return reinterpret_cast<Words>(_mm256_mul_epu32(reinterpret_cast<__m256i>(words), _mm256_set1_epi64x(factor)));
}
#else
using Words = std::uint64_t __attribute__((vector_size(16)));
inline Words wide_products(Words words, std::uint32_t factor) { return (words & 0xFFFFFFFFu) * factor; }
#endif

// Sixteen blocks of Philox4x32-10 at counters index ... index + 15: words[w][lane] (core/random.h has the scalar form).
inline void philox_words(std::uint32_t index, const DropoutDraw& draw, std::uint32_t words[4][philox_lanes]) {
  constexpr int size = sizeof(Words) / 8;
  Words lane{};
  for (int i = 0; i < size; ++i) lane[i] = static_cast<std::uint32_t>(i);
  for (int first = 0; first < philox_lanes; first += size) {
    Words c0 = lane + (index + static_cast<std::uint32_t>(first)), c1 = Words{} + draw.layer, c2 = Words{} + draw.step,
          c3 = c2 >> 32;
    std::uint32_t key0 = static_cast<std::uint32_t>(draw.seed), key1 = static_cast<std::uint32_t>(draw.seed >> 32);
    for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u) {
      const Words p0 = wide_products(c0, 0xD2511F53u), p1 = wide_products(c2, 0xCD9E8D57u);
      c0 = (p1 >> 32) ^ c1 ^ key0;
      c2 = (p0 >> 32) ^ c3 ^ key1;
      c1 = p1;
      c3 = p0;
    }
    const Words all[4] = {c0, c1, c2, c3};
    for (int w = 0; w < 4; ++w)
      for (int i = 0; i < size; ++i) words[w][first + i] = static_cast<std::uint32_t>(all[w][i]);
  }
}

template <class T> void dropout(std::int64_t count, double rate, const DropoutDraw& draw, const T* x, T* mask, T* y) {
  constexpr std::int64_t chunk = 4 * philox_lanes;
  const auto threshold = static_cast<std::uint32_t>((1 - rate) * 4294967295.0);
  const T scale = static_cast<T>(1 / (1 - rate));
  alignas(64) std::uint32_t words[4][philox_lanes];
  for (std::int64_t start = 0; start < count; start += chunk) {
    philox_words(static_cast<std::uint32_t>(start / 4), draw, words);
    const std::uint32_t* word = words[0];
    const std::int64_t size = count - start < chunk ? count - start : chunk;
    for (std::int64_t i = 0; i < size; ++i) mask[start + i] = word[i] <= threshold ? scale : T(0);
  }
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) * load(mask + i)).store(y + i);
}

}  // namespace descent::fused::DESCENT_CPU
