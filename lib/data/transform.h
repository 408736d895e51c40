#pragma once
// From an example as it is stored to the features that networks see, before normalization.

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "data/prepare.h"

namespace descent::data {

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
