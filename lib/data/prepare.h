#pragma once
// The steps that prepare a data set for a run, as pure functions.

#include <cstdint>
#include <span>
#include <vector>

#include "config/experiment.h"
#include "formats/scaling.h"

namespace descent::data {

// The examples of the parts: indices into the pool (the official training set, or all examples). `test` indexes the
// official test set unless config::takes_test_from_pool.
struct Parts {
  std::vector<std::int32_t> train, val, test;
};

// `subset` stratified: permutes the pool and takes the test (with config::takes_test_from_pool), validation and
// training examples from it in this order, each in proportion to the classes of the remaining examples. Otherwise
// permutes the pool only if `subset` is random, chooses validation examples from the whole pool in proportion to its
// classes, and takes the first of the remaining examples for training and the next ones for testing. For regression
// `pool_labels` is empty and `classes` is 0.
Parts choose_parts(const config::Data& config, std::span<const std::int32_t> pool_labels, std::int64_t classes,
                   std::int64_t seed);

// Divides `total` in proportion to `counts`, by the largest remainder method; ties go to the lower index.
std::vector<std::int64_t> proportional_shares(std::span<const std::int64_t> counts, std::int64_t total);

// The scaling that normalizes x [size, features]. standard: mean 0 and population variance 1; minmax: to [0, 1];
// channel: like standard, over all positions of each channel; none: shift 0, scale 1.
formats::Scaling fit_scaling(config::Normalize kind, std::span<const double> x, std::int64_t features,
                             std::int64_t channels = 1);

// The scaling `standard` of targets [size, outputs], except that a constant target is only shifted.
formats::Scaling fit_target_scaling(std::span<const double> targets, std::int64_t outputs);

// The mean squared distance of targets [size, outputs] from the mean of their output.
double target_variance(std::span<const double> targets, std::int64_t outputs);

// Draws `size` indices from 0 ... size - 1 with replacement (Efron 1979), from the stream `bootstrap`.
std::vector<std::int32_t> bootstrap_sample(std::int64_t size, std::int64_t seed);

// The permutation of `shuffle_features`, the same for all seeds; with `example`, the permutation of
// `shuffle_each_example` for this example.
std::vector<std::int32_t> feature_permutation(std::int64_t features, std::optional<std::int64_t> example = {});

// Changes labels with probability `rate`. Each part has its own stream, and the draws do not depend on the rate, so
// that a higher rate changes a superset and a smaller part is the beginning of a larger one.
void add_label_noise(const config::LabelNoise& noise, config::Split part, std::int64_t classes, std::int64_t seed,
                     std::vector<std::int32_t>& labels);

// Appends the magnitudes |X_0| ... |X_n/2| of the discrete Fourier transform of x, padded with zeros to a power of two
// n, by the radix-2 algorithm of Cooley and Tukey 1965. Not normalized, like numpy.fft.rfft.
void append_rfft_magnitude(const std::vector<double>& x, std::vector<double>& out);

// Shuffles and distorts the columns of an example, then computes data.features.
class Transform {
 public:
  Transform(const config::Data& config, std::int64_t stored_features);

  // Appends the features of the example `index` to `out`; stored(f) returns the value of column f.
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
