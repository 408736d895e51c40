#pragma once
// The steps from a data set to what one run sees; each is a pure function of its arguments.

#include <cstdint>
#include <span>
#include <vector>

#include "config/experiment.h"
#include "formats/scaling.h"

namespace descent::data {

// Which examples make the parts: indices into the pool (the official training part, or all examples);
// `test` indexes the official test part unless config::takes_test_from_pool.
struct Parts {
  std::vector<std::int32_t> train, val, test;
};

// stratified: the pool is permuted; test examples (with config::takes_test_from_pool), validation examples and training
// examples are taken from it one after the other, each in proportion to the classes of what is left. Otherwise the pool
// is permuted when `subset` is random; validation examples are chosen from all of it, in proportion to its classes;
// training and test examples are the first and the next of what remains. `pool_labels` is empty and `classes` 0 where
// the targets are real.
Parts choose_parts(const config::Data& config, std::span<const std::int32_t> pool_labels, std::int64_t classes,
                   std::int64_t seed);

// Shares of `total` in proportion to `counts`, rounded by the largest remainder; ties go to the lower index.
std::vector<std::int64_t> proportional_shares(std::span<const std::int64_t> counts, std::int64_t total);

// Statistics of the training part x [size, features], in double. standard: mean 0 and population variance 1;
// minmax: onto [0, 1]; channel: as standard, over all positions of each of `channels`; none: shift 0, scale 1.
formats::Scaling fit_scaling(config::Normalize kind, std::span<const double> x, std::int64_t features,
                             std::int64_t channels = 1);

// As standard, of targets [size, outputs]; a constant target is only shifted.
formats::Scaling fit_target_scaling(std::span<const double> targets, std::int64_t outputs);

// Mean square of the distance of targets [size, outputs] from the mean of their output.
double target_variance(std::span<const double> targets, std::int64_t outputs);

// `size` indices drawn from 0 ... size - 1 with replacement (Efron 1979); stream `bootstrap`.
std::vector<std::int32_t> bootstrap_sample(std::int64_t size, std::int64_t seed);

// The permutation of `shuffle_features`, one for all seeds; with `example`, that of `shuffle_each_example` for this
// index.
std::vector<std::int32_t> feature_permutation(std::int64_t features, std::optional<std::int64_t> example = {});

// Moves labels with probability `rate`. Each part has its own stream, and an example's draws do not depend on
// the rate, so a higher rate moves a superset and a longer part begins like a shorter one.
void add_label_noise(const config::LabelNoise& noise, config::Split part, std::int64_t classes, std::int64_t seed,
                     std::vector<std::int32_t>& labels);

// Magnitudes |X_0| ... |X_n/2| of the discrete Fourier transform of x, padded with zeros to n = a power of two; the
// radix-2 algorithm of Cooley and Tukey 1965. Unnormalized, as numpy.fft.rfft.
void append_rfft_magnitude(const std::vector<double>& x, std::vector<double>& out);

// Shuffled and distorted columns, then data.features one after the other.
class Transform {
 public:
  Transform(const config::Data& config, std::int64_t stored_features);

  // The example at `index` of its file: columns are read with `stored(f)`; its features are appended to `out`.
  template <class Stored> void append(std::int64_t index, const Stored& stored, std::vector<double>& out) {
    if (shuffles_each_) columns_ = feature_permutation(std::ssize(columns_), index);
    for (std::size_t f = 0; f < row_.size(); ++f)
      row_[f] = (static_cast<double>(stored(columns_[f])) + offsets_[f]) * scales_[f];
    append_maps(out);
  }

 private:
  void append_maps(std::vector<double>& out);

  const std::vector<config::FeatureMap> maps_;
  const std::int64_t degree_;
  const bool shuffles_each_;
  std::vector<std::int32_t> columns_;
  std::vector<double> offsets_, scales_, row_, sorted_;
};

}  // namespace descent::data
