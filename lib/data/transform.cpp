#include "data/transform.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "core/random.h"
#include "core/seeds.h"

namespace descent::data {

void append_rfft_magnitude(const std::vector<double>& x, std::vector<double>& out) {
  const std::size_t n = std::bit_ceil(x.size());
  std::vector<std::complex<double>> a(n);
  for (std::size_t i = 0, reversed = 0; i < n; ++i) {
    if (i < x.size()) a[reversed] = x[i];
    std::size_t bit = n / 2;  // the next index, read from its last bit to its first
    for (; bit > 0 && (reversed & bit); bit /= 2) reversed ^= bit;
    reversed |= bit;
  }
  for (std::size_t size = 2; size <= n; size *= 2)
    for (std::size_t k = 0; k < size / 2; ++k) {
      const auto root = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size));
      for (std::size_t start = k; start < n; start += size) {
        const std::complex<double> even = a[start], odd = root * a[start + size / 2];
        a[start] = even + odd;
        a[start + size / 2] = even - odd;
      }
    }
  for (std::size_t i = 0; i <= n / 2; ++i) out.push_back(std::abs(a[i]));
}

Transform::Transform(const config::Data& config, std::int64_t stored_features)
    : maps_(config.features.empty() ? std::vector{config::FeatureMap::raw} : config.features),
      degree_(config.polynomial_degree), shuffles_each_(config.shuffle_each_example),
      columns_(static_cast<std::size_t>(stored_features)), offsets_(columns_.size(), 0), scales_(columns_.size(), 1),
      row_(columns_.size()) {
  std::iota(columns_.begin(), columns_.end(), 0);
  if (config.shuffle_features) columns_ = feature_permutation(stored_features);
  constexpr std::uint64_t stream = 100;  // of the purpose `data`; the permutation and the generators have lower ones
  core::Random random(core::derive_seed(0, core::Purpose::data), stream);
  const config::Distortion& distortion = config.distortion;
  for (std::size_t f = 0; f < columns_.size(); ++f) {
    scales_[f] = std::pow(10, distortion.decades * (2 * random.uniform() - 1));
    offsets_[f] = distortion.offset * random.normal();
  }
}

void Transform::append_maps(std::vector<double>& out) {
  for (const config::FeatureMap map : maps_) switch (map) {
      case config::FeatureMap::raw: out.insert(out.end(), row_.begin(), row_.end()); break;
      case config::FeatureMap::rfft_magnitude: append_rfft_magnitude(row_, out); break;
      case config::FeatureMap::sorted:
        sorted_ = row_;
        std::ranges::sort(sorted_);
        out.insert(out.end(), sorted_.begin(), sorted_.end());
        break;
      case config::FeatureMap::polynomial:
        for (const double value : row_) {
          double power = 1;
          for (std::int64_t i = 0; i < degree_; ++i) out.push_back(power *= value);
        }
        break;
    }
}

}  // namespace descent::data
