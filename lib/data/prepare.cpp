#include "data/prepare.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "config/data_facts.h"
#include "core/random.h"

namespace descent::data {
namespace {

// Removes `size` examples from `pool` and returns them: the first ones of each class, in proportion to the classes. For
// regression (`classes` 0) all examples are in one class.
std::vector<std::int32_t> take(std::vector<std::int32_t>& pool, std::span<const std::int32_t> pool_labels,
                               std::int64_t classes, std::int64_t size) {
  const auto label = [&](std::int32_t i) { return classes == 0 ? std::size_t{0} : std::size_t(pool_labels[i]); };
  std::vector<std::int64_t> counts(static_cast<std::size_t>(std::max<std::int64_t>(classes, 1)));
  for (const std::int32_t example : pool) ++counts[label(example)];
  std::vector<std::int64_t> wanted = proportional_shares(counts, size);
  std::vector<std::int32_t> taken, left;
  for (const std::int32_t example : pool) (wanted[label(example)]-- > 0 ? taken : left).push_back(example);
  pool = std::move(left);
  return taken;
}

// Fits one scaling to the columns `first` ... `last` - 1.
void fit_group(bool standard, std::span<const double> x, std::size_t first, std::size_t last,
               formats::Scaling& scaling) {
  const std::size_t width = scaling.shift.size();
  const auto for_each = [&](const auto& visit) {
    for (std::size_t i = 0; i < x.size(); i += width)
      for (std::size_t f = first; f < last; ++f) visit(x[i + f]);
  };
  double low = x[first], high = x[first], sum = 0, squares = 0;
  for_each([&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
  });
  const auto count = static_cast<double>(x.size() / width * (last - first));
  const double mean = sum / count;
  for_each([&](double value) { squares += (value - mean) * (value - mean); });
  for (std::size_t f = first; f < last; ++f) {
    scaling.shift[f] = standard ? mean : low;
    // Tests the range, since rounding may make the variance of a constant feature positive.
    scaling.scale[f] = high == low ? 0 : 1 / (standard ? std::sqrt(squares / count) : high - low);
  }
}

}  // namespace

Parts choose_parts(const config::Data& config, std::span<const std::int32_t> pool_labels, std::int64_t classes,
                   std::int64_t run_seed) {
  const config::SplitSizes sizes = config::split_sizes(config);
  const config::Subset subset = config::chosen_subset(config);
  const bool rest = config::takes_test_from_pool(config);
  const std::int64_t seed = config.split_seed.value_or(run_seed);
  std::vector<std::int32_t> pool(static_cast<std::size_t>(config::data_facts(config).train_size));
  std::iota(pool.begin(), pool.end(), 0);
  if (subset != config::Subset::first) {
    core::Random random(seed, core::Purpose::split, 0);
    core::permute(random, std::ssize(pool), pool);
  }
  Parts parts;
  if (!rest) {
    parts.test.resize(static_cast<std::size_t>(sizes.test));
    std::iota(parts.test.begin(), parts.test.end(), 0);
  }
  if (subset == config::Subset::stratified) {
    if (rest) parts.test = take(pool, pool_labels, classes, sizes.test);
    parts.val = take(pool, pool_labels, classes, sizes.val);
    parts.train = take(pool, pool_labels, classes, sizes.train);
    return parts;
  }
  if (sizes.val > 0) {
    core::Random random(seed, core::Purpose::split, 1);
    std::vector<std::int32_t> order;
    core::permute(random, std::ssize(pool), order);
    std::vector<bool> chosen(pool.size());
    for (const std::int32_t example : take(order, pool_labels, classes, sizes.val)) chosen[example] = true;
    std::ranges::copy_if(pool, std::back_inserter(parts.val), [&](std::int32_t i) { return chosen[i]; });
    std::erase_if(pool, [&](std::int32_t i) { return chosen[i]; });
  }
  const auto test_begin = pool.begin() + sizes.train;
  parts.train.assign(pool.begin(), test_begin);
  if (rest) parts.test.assign(test_begin, test_begin + sizes.test);
  return parts;
}

std::vector<std::int64_t> proportional_shares(std::span<const std::int64_t> counts, std::int64_t total) {
  const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  std::vector<std::int64_t> shares, by_remainder(counts.size());
  for (const std::int64_t count : counts) shares.push_back(total * count / all);
  std::iota(by_remainder.begin(), by_remainder.end(), 0);
  std::ranges::stable_sort(by_remainder, std::greater{}, [&](std::int64_t i) { return total * counts[i] % all; });
  const std::int64_t left = total - std::accumulate(shares.begin(), shares.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < left; ++i) ++shares[by_remainder[i]];
  return shares;
}

formats::Scaling fit_scaling(config::Normalize kind, std::span<const double> x, std::int64_t features,
                             std::int64_t channels) {
  using config::Normalize;
  const auto width = static_cast<std::size_t>(features);
  formats::Scaling scaling{std::vector<double>(width, 0.0), std::vector<double>(width, 1.0)};
  if (kind == Normalize::none) return scaling;
  const std::size_t group = kind == Normalize::channel ? width / static_cast<std::size_t>(channels) : 1;
  for (std::size_t first = 0; first < width; first += group)
    fit_group(kind != Normalize::minmax, x, first, first + group, scaling);
  return scaling;
}

formats::Scaling fit_target_scaling(std::span<const double> targets, std::int64_t outputs) {
  formats::Scaling scaling = fit_scaling(config::Normalize::standard, targets, outputs);
  std::ranges::replace(scaling.scale, 0.0, 1.0);
  return scaling;
}

double target_variance(std::span<const double> targets, std::int64_t outputs) {
  const formats::Scaling scaling = fit_target_scaling(targets, outputs);
  double squares = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double distance = targets[i] - scaling.shift[i % scaling.shift.size()];
    squares += distance * distance;
  }
  return targets.empty() ? 0 : squares / static_cast<double>(targets.size());
}

std::vector<std::int32_t> bootstrap_sample(std::int64_t size, std::int64_t seed) {
  core::Random random(seed, core::Purpose::bootstrap, 0);
  std::vector<std::int32_t> drawn(static_cast<std::size_t>(size));
  for (std::int32_t& index : drawn) index = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(size)));
  return drawn;
}

std::vector<std::int32_t> feature_permutation(std::int64_t features, std::optional<std::int64_t> example) {
  constexpr std::uint64_t first_example = 1000;  // distortions and generators use lower streams
  const std::uint64_t stream = example ? first_example + static_cast<std::uint64_t>(*example) : 0;
  core::Random random(0, core::Purpose::data, stream);
  std::vector<std::int32_t> order;
  core::permute(random, features, order);
  return order;
}

void add_label_noise(const config::LabelNoise& noise, config::Split part, std::int64_t classes, std::int64_t seed,
                     std::vector<std::int32_t>& labels) {
  const bool wanted = part == config::Split::train || (part == config::Split::val ? noise.on_val : noise.on_test);
  if (noise.rate <= 0 || !wanted) return;
  const std::uint64_t stream = part == config::Split::train ? 0 : part == config::Split::val ? 1 : 2;
  core::Random random(seed, core::Purpose::label_noise, stream);
  const bool other = noise.kind == config::NoiseKind::other;
  for (std::int32_t& label : labels) {
    const bool changed = random.uniform() < noise.rate;
    auto drawn = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(classes - other)));
    if (other && drawn >= label) ++drawn;
    if (changed) label = drawn;
  }
}

void append_rfft_magnitude(const std::vector<double>& x, std::vector<double>& out) {
  const std::size_t n = std::bit_ceil(x.size());
  std::vector<std::complex<double>> a(n);
  for (std::size_t i = 0, reversed = 0; i < n; ++i) {
    if (i < x.size()) a[reversed] = x[i];
    std::size_t bit = n / 2;  // increments `reversed`, the index i with its bits in reverse order
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
  constexpr std::uint64_t stream = 100;  // of the purpose `data`; the permutation and the generators use lower ones
  core::Random random(0, core::Purpose::data, stream);
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
