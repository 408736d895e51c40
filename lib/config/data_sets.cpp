// The facts of the embedded data sets (sizes and checksums as in experiments/data/*/README.md) and of the generators.

#include <cmath>

#include "config/data_facts.h"

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
  std::int64_t train_size, test_size;
  double noise;
  int version;
};

const Generated* generated(DataName name) {
  static constexpr Generated sinusoid{25, 1000, 0.3, 1};
  switch (name) {
    case DataName::mnist1d:
    case DataName::mnist1d_large:
    case DataName::digits: return nullptr;
    case DataName::sinusoid: return &sinusoid;
  }
  __builtin_unreachable();
}

// The examples that leave `train_size` beside a validation part of `val_size` or a share `val_fraction`.
std::int64_t pool_size(const Data& data, std::int64_t usual) {
  if (!data.val_fraction) return data.train_size.value_or(usual) + data.val_size.value_or(0);
  if (!data.train_size) return usual;
  std::int64_t pool = *data.train_size;
  while (pool - validation_size(data, pool) < *data.train_size) ++pool;
  return pool;
}

DataFacts generated_facts(const Data& data, const Shape& shape, std::int64_t classes, std::int64_t outputs) {
  const Generated& usual = *generated(data.name);
  return {pool_size(data, usual.train_size), data.test_size.value_or(usual.test_size), shape, classes, outputs,
          {}, usual.version};
}

}  // namespace

DataFacts data_facts(const Data& data) {
  switch (data.name) {
    case DataName::mnist1d: return {4000, 1000, {1, 1, 40}, 10, 10, mnist1d_files};
    case DataName::mnist1d_large: return {10000, 6000, {1, 1, 40}, 10, 10, mnist1d_large_files};
    case DataName::digits: return {1797, 0, {1, 8, 8}, 10, 10, digits_files};
    case DataName::sinusoid: return generated_facts(data, {1, 1, 1}, 0, 1);
  }
  __builtin_unreachable();
}

bool is_generated(DataName name) { return generated(name); }

double noise_sd(const Data& data) { return data.generator.noise.value_or(generated(data.name)->noise); }

}  // namespace descent::config
