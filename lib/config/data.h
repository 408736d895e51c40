#pragma once
// The section "data" of an experiment with its defaults; bounds, units and help are in data_keys.cpp.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/choices.h"

namespace descent::config {

struct LabelNoise {
  double rate = 0;
  NoiseKind kind = NoiseKind::other;
  bool on_val = true;
  bool on_test = false;

  bool operator==(const LabelNoise&) const = default;
};

// Generation of synthetic data.
struct Generator {
  Redraw redraw = Redraw::train;
  std::optional<double> noise{};  // absent: the default of the generator
  bool noise_on_test = false;
  std::optional<std::int64_t> features{};         // absent: the default of the generator
  std::int64_t classes = 2;                       // spirals
  double turns = 1;                               // spirals
  std::int64_t teacher_units = 3;                 // teacher_student
  double weak_signal = 2;                         // two_scale_regression
  std::int64_t pieces = 4;                        // piecewise_linear
  std::array<double, 2> eigenvalues{4e-4, 1.05};  // linear_spectrum: smallest, largest

  bool operator==(const Generator&) const = default;
};

// Badly scaled inputs: x -> s (x + offset n) with s = 10^U(-decades, decades) and n from N(0, 1) for each feature.
struct Distortion {
  double decades = 0, offset = 0;

  bool operator==(const Distortion&) const = default;
};

// Augmentation of training images.
struct Augmentation {
  std::int64_t crop_padding = 0;
  bool flip = false;

  bool operator==(const Augmentation&) const = default;
};

struct DataFacts;

struct Data {
  DataName name = DataName::mnist1d;
  std::string path{};  // csv: a file, others: a folder; absolute, or the default, after the experiment is read
  Layout layout = Layout::automatic;                                  // npy
  bool header = true;                                                 // csv
  std::string label_column{};                                         // csv; empty: the last
  Separator separator = Separator::automatic;                         // csv
  std::vector<std::string> columns{}, ignore{}, categorical{};        // csv
  Missing missing = Missing::error;                                   // csv
  Task task = Task::automatic;                                        // csv, npy
  std::optional<std::int64_t> train_size{}, test_size{}, val_size{};  // absent: split_sizes() of experiment.h
  std::optional<double> test_fraction{}, val_fraction{};
  Subset subset = Subset::automatic;
  std::optional<std::int64_t> split_seed{};  // absent: the seed of the run
  TestFrom test_from = TestFrom::official;
  Normalize normalize = Normalize::none;
  bool normalize_targets = false;
  LabelNoise label_noise{};
  Generator generator{};
  bool shuffle_features = false, shuffle_each_example = false;
  std::vector<FeatureMap> features{};  // concatenated; empty: raw
  std::int64_t polynomial_degree = 3;
  Distortion distortion{};
  Augmentation augmentation{};
  bool bootstrap = false;
  std::shared_ptr<const DataFacts> recorded{};  // for results: facts about the files when the runs were trained

  bool operator==(const Data&) const = default;
};

}  // namespace descent::config
