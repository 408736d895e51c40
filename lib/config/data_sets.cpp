// The facts of the embedded data sets (sizes and checksums as in experiments/data/*/README.md) and of the generators.

#include <algorithm>
#include <bit>

#include "config/data_facts.h"
#include "config/data_files.h"

namespace descent::config {
namespace {

constexpr DataFile mnist1d_files[] = {
    {"mnist1d/x_train.npy", "88324c8902778fbd2316ae1f8acbf36d87897390c1c2ad68212f4290790fa2b5"},
    {"mnist1d/y_train.npy", "b9e81c33ff96e5bbdcbb930b3edbb3f1ff29d516fdfd8aff508fa1668d18c6a3"},
    {"mnist1d/x_test.npy", "d67069fc4db4b87677475f89583e9191285825f1eee33060f2fa2dc99fe5a53a"},
    {"mnist1d/y_test.npy", "46917f7f341ca2438a3efdb107b509e799e30d22c515622f95b5093671648142"},
};

constexpr DataFile mnist1d_large_files[] = {
    {"mnist1d_large/x_train.npy", "19731e2f83e579fd3b86fa37ad1f9370e9e9e034be55cd251d82f3a8c88ca142"},
    {"mnist1d_large/y_train.npy", "84d7e6ac47f0f10244859dc6b39fede7880a76947eed1989d3764aeda6462dea"},
    {"mnist1d_large/x_test.npy", "39fd18de611e81ff83b04afec38b41a55fc104f3d0d643b801654302c8ab8511"},
    {"mnist1d_large/y_test.npy", "13e822f5c1e8a6704e6949d264f1cc2d730f4c106ab340fefd59fcfde74d394e"},
};

constexpr DataFile digits_files[] = {
    {"digits/x.npy", "88e52eb3e11cb9cc0130dc8fc4b6256aa919b3275fec17e6c2f880e1ae8d34ae"},
    {"digits/y.npy", "03ec0343bca84958ae3df825f252a3680415fa07fccb1ed1125ed521c13169e5"},
};

// What a generator is without keys.
struct Generated {
  DataName name;
  std::int64_t train_size, test_size;
  double noise;
  int version;
};
constexpr Generated generators[] = {
    {DataName::sinusoid, 25, 1000, 0.3, 1},
    {DataName::two_moons, 200, 1000, 0.1, 1},
    {DataName::spirals, 400, 1000, 0.03, 1},
    {DataName::teacher_student, 1000, 1000, 0, 1},
    {DataName::two_scale_regression, 100, 1000, 0.3, 1},
    {DataName::piecewise_linear, 400, 1000, 0.05, 1},
    {DataName::linear_spectrum, 60, 1000, 0.5, 1},
};

const Generated* generated(DataName name) {
  const auto* found = std::ranges::find(generators, name, &Generated::name);
  return found == std::end(generators) ? nullptr : found;
}

// The pool that leaves `train_size` examples beside `val_size` validation examples or a fraction `val_fraction` of it.
std::int64_t pool_size(const Data& data, std::int64_t usual) {
  if (!data.val_fraction) return data.train_size.value_or(usual) + data.val_size.value_or(0);
  if (!data.train_size) return usual;
  auto pool = static_cast<std::int64_t>(static_cast<double>(*data.train_size) / (1 - *data.val_fraction));
  while (pool - validation_size(data, pool) < *data.train_size) ++pool;
  return pool;
}

DataFacts generated_facts(const Data& data, std::int64_t features, std::int64_t classes) {
  const Generated& usual = *generated(data.name);
  return {.train_size = pool_size(data, usual.train_size),
          .test_size = data.test_size.value_or(usual.test_size),
          .stored = {1, 1, features},
          .classes = classes,
          .outputs = std::max<std::int64_t>(classes, 1),
          .version = usual.version};
}

DataFacts embedded_facts(std::int64_t train_size, std::int64_t test_size, Shape shape,
                         std::span<const DataFile> files) {
  return {.train_size = train_size,
          .test_size = test_size,
          .stored = shape,
          .classes = 10,
          .outputs = 10,
          .embedded = files};
}

DataFacts stored_facts(const Data& data) {
  const Generator& keys = data.generator;
  switch (data.name) {
    case DataName::mnist1d: return embedded_facts(4000, 1000, {1, 1, 40}, mnist1d_files);
    case DataName::mnist1d_large: return embedded_facts(10000, 6000, {1, 1, 40}, mnist1d_large_files);
    case DataName::digits: return embedded_facts(1797, 0, {1, 8, 8}, digits_files);
    case DataName::fashion_mnist:
    case DataName::idx:
    case DataName::cifar10:
    case DataName::npy:
    case DataName::csv: return data.recorded ? *data.recorded : file_facts(data);
    case DataName::sinusoid:
    case DataName::piecewise_linear: return generated_facts(data, 1, 0);
    case DataName::two_moons: return generated_facts(data, 2, 2);
    case DataName::spirals: return generated_facts(data, 2, keys.classes);
    case DataName::teacher_student: return generated_facts(data, keys.features.value_or(20), 0);
    case DataName::two_scale_regression: return generated_facts(data, 80, 0);
    case DataName::linear_spectrum: return generated_facts(data, keys.features.value_or(30), 0);
  }
  __builtin_unreachable();
}

// Features of an example after `map`.
std::int64_t mapped(FeatureMap map, std::int64_t features, std::int64_t degree) {
  switch (map) {
    case FeatureMap::raw:
    case FeatureMap::sorted: return features;
    case FeatureMap::rfft_magnitude:
      return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(features))) / 2 + 1;
    case FeatureMap::polynomial: return features * degree;
  }
  __builtin_unreachable();
}

}  // namespace

DataFacts data_facts(const Data& data) {
  DataFacts facts = stored_facts(data);
  facts.shape = facts.stored;
  if (data.features.empty()) return facts;
  facts.shape = {1, 1, 0};
  for (const FeatureMap map : data.features)
    facts.shape.width += mapped(map, facts.stored.features(), data.polynomial_degree);
  return facts;
}

bool is_generated(DataName name) { return generated(name); }

bool needs_path(DataName name) {
  return name == DataName::fashion_mnist || name == DataName::idx || name == DataName::cifar10 ||
         name == DataName::npy || name == DataName::csv;
}

double noise_sd(const Data& data) { return data.generator.noise.value_or(generated(data.name)->noise); }

}  // namespace descent::config
