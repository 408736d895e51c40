#include <algorithm>

#include "config/data_facts.h"
#include "config/declare.h"

namespace descent::config {
namespace {

const Condition csv = only_with<DataName::csv>("data"), npy = only_with<DataName::npy>("data");

bool reads_data(E e) { return !is_generated(e.data.name); }

bool has_validation_size(const Data& data) {
  return data.val_size.value_or(0) > 0 || data.val_fraction.value_or(0) > 0;
}
bool has_real_targets(const Data& data) {
  const DataFacts facts = data_facts(data);
  return !facts.problem.empty() || facts.classes == 0;
}
bool has_test_choice(E e) {
  const DataFacts facts = data_facts(e.data);
  return !facts.problem.empty() || facts.test_size > 0 || e.data.test_from == TestFrom::rest;
}

std::vector<Key> describe(LabelNoise& n) {
  return {
      key("rate", &n.rate, "fraction of noisy labels, drawn once per seed and kept throughout training", within(0, 1)),
      key("kind", &n.kind, "how a noisy label is drawn"),
      key("on_val", &n.on_val, "also add noise to the validation labels"),
      key("on_test", &n.on_test, "also add noise to the test labels"),
  };
}

std::vector<Key> describe(Generator& g) {
  return {
      key("redraw", &g.redraw, "what is redrawn for every seed"),
      key("noise", &g.noise, "standard deviation of the noise; absent: see `descent list data`",
          within(0, largest_value)),
      key("noise_on_test", &g.noise_on_test, "also add noise to the test targets; noise on inputs is in every split",
          when([](E e) { return reads_data(e) || noise_sd(e.data) > 0; }, "without noise"),
          when([](E e) { return reads_data(e) || data_facts(e.data).classes == 0; },
               "with classes, which have noise on the inputs of every split")),
      key("features", &g.features, "number of inputs; absent: 20 (teacher_student), 30 (linear_spectrum)",
          within(1, 100'000), when(only_with<DataName::teacher_student, DataName::linear_spectrum>("data"))),
      key("classes", &g.classes, "number of arms", within(2, 100), when(only_with<DataName::spirals>("data"))),
      key("turns", &g.turns, "number of turns of each arm", above(0), at_most(100),
          when(only_with<DataName::spirals>("data"))),
      key("teacher_units", &g.teacher_units, "hidden units of the teacher [units]", within(1, 10'000),
          when(only_with<DataName::teacher_student>("data"))),
      key("weak_signal", &g.weak_signal, "signal power of the features of small scale", within(0, largest_value),
          when(only_with<DataName::two_scale_regression>("data"))),
      key("pieces", &g.pieces, "number of linear pieces of equal length", within(1, 1000),
          when(only_with<DataName::piecewise_linear>("data"))),
      key("eigenvalues", &g.eigenvalues, "smallest and largest variance of a feature", above(0), at_most(largest_value),
          when(only_with<DataName::linear_spectrum>("data"))),
  };
}

std::vector<Key> describe(Distortion& d) {
  return {
      key("decades", &d.decades, "each feature is multiplied by 10^U(-decades, decades)", within(0, 6)),
      key("offset", &d.offset, "before scaling, each feature is shifted by offset * N(0, 1)", within(0, largest_value)),
  };
}

std::vector<Key> describe(Augmentation& a) {
  return {
      key("crop_padding", &a.crop_padding, "random crops of images padded with this many zeros on each side [pixels]",
          within(0, 1000)),
      key("flip", &a.flip, "images are mirrored left to right with probability 1/2"),
  };
}

}  // namespace

std::vector<Key> describe(Data& d) {
  return {
      key("name", &d.name, "data set; its training set is the pool (digits: all examples)"),
      key("path", &d.path,
          "location of the data, relative to the experiment file: a folder, or a file for csv; optional for "
          "fashion_mnist",
          cosmetic,
          when([](E e) { return needs_path(e.data.name); },
               "with embedded or generated data; data.name \"csv\" reads a table, \"npy\" a folder of arrays")),
      key("layout", &d.layout, "order of the axes of arrays with four axes", when(npy)),
      key("header", &d.header, "the first line names the columns; false: their names are \"0\", \"1\", ...", when(csv)),
      key("label_column", &d.label_column, "column with the labels or targets; absent: the last", when(csv)),
      key("separator", &d.separator, "separator of the fields", when(csv)),
      key("columns", &d.columns,
          "columns used as features; columns of strings become categorical; absent: all except the label", when(csv)),
      key("ignore", &d.ignore, "columns not used as features", when(csv)),
      key("categorical", &d.categorical, "columns to one-hot encode", when(csv)),
      key("missing", &d.missing, "treatment of missing values: empty fields, NA, NaN, null, None and ?", when(csv)),
      key("task", &d.task, "type of the labels", when(only_with<DataName::csv, DataName::npy>("data"))),
      key("train_size", &d.train_size,
          "training examples; absent: all of the pool except validation and test examples [examples]", within(1, 1e9)),
      key("test_size", &d.test_size, "test examples; absent: the whole test set, or test_fraction [examples]",
          within(1, 1e9)),
      key("test_fraction", &d.test_fraction,
          "test examples as a fraction of the pool; absent: 0.2 for data without a test set if no other size is given",
          above(0), below(1), when([](E e) { return takes_test_from_pool(e.data); }, "with data that have a test set")),
      key("val_size", &d.val_size, "validation examples, from the pool, stratified by class; absent: none [examples]",
          within(0, 1e9)),
      key("val_fraction", &d.val_fraction, "validation examples as a fraction of the pool, instead of val_size",
          at_least(0), below(1)),
      key("subset", &d.subset, "how examples are taken from the pool",
          when(reads_data, "with generated data, which have no order")),
      key("split_seed", &d.split_seed, "seed of the split, the same for all runs; absent: the seed of the run",
          within(0, 1e9),
          when([](E e) { return chosen_subset(e.data) != Subset::first || has_validation_size(e.data); },
               "with a split that is not random")),
      key("test_from", &d.test_from, "source of the test examples",
          when(has_test_choice, "with a data set without a test set, for which it is \"rest\""),
          when(reads_data, "with generated data, which have their own test examples")),
      key("normalize", &d.normalize, "normalization of the features, with statistics of the training examples only"),
      key("normalize_targets", &d.normalize_targets,
          "train on (y - mean) / standard deviation of the training targets; losses and predictions are in units of y",
          when([](E e) { return has_real_targets(e.data); }, "with classes")),
      section("label_noise", describe(d.label_noise), "rate", "wrong labels of training and validation examples"),
      section("generator", describe(d.generator), "", "parameters of generated data",
              when([](E e) { return !reads_data(e); }, "with data that are read from files")),
      key("shuffle_features", &d.shuffle_features, "permute the features, identically for all examples and seeds"),
      key("shuffle_each_example", &d.shuffle_each_example,
          "permute the features of each example differently, identically for all seeds (\"random pixels\" of Zhang et "
          "al. 2017)",
          when([](E e) { return !e.data.shuffle_features; }, "with shuffled features")),
      key("features", &d.features, "feature maps, concatenated as the inputs of the network; absent: raw"),
      key("polynomial_degree", &d.polynomial_degree, "highest power of the feature map \"polynomial\"", within(1, 100),
          when([](E e) { return std::ranges::count(e.data.features, FeatureMap::polynomial) > 0; },
               "without \"polynomial\" in data.features")),
      section("distortion", describe(d.distortion), "decades", "badly scaled features, the same for all seeds"),
      section(
          "augmentation", describe(d.augmentation), "", "random transformations of the training images in every step",
          when(chooses<DataName::mnist1d, DataName::mnist1d_large, DataName::digits, DataName::fashion_mnist,
                       DataName::idx, DataName::cifar10, DataName::npy>,
               "without images or signals"),
          when([](E e) { return e.data.features.empty() && !e.data.shuffle_features && !e.data.shuffle_each_example; },
               "with data.features or shuffled features, which are not images")),
      key("bootstrap", &d.bootstrap,
          "for each seed, draw the training examples with replacement from the training set"),
  };
}

}  // namespace descent::config
