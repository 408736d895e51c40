#pragma once
// What is known of a data set before any of its numbers is read or drawn.

#include <span>
#include <string_view>

#include "config/experiment.h"

namespace descent::config {

struct DataFile {
  std::string_view name;  // below experiments/data/, "mnist1d/x_train.npy"
  std::string_view sha256;
};

// A signal has height 1.
struct Shape {
  std::int64_t channels, height, width;
  std::int64_t features() const { return channels * height * width; }
};

struct DataFacts {
  std::int64_t train_size, test_size;  // of the pool and the official test part; test_size 0: no official part
  Shape shape;                       // of one example; its features lie in this order
  std::int64_t classes;              // 0: real targets
  std::int64_t outputs;              // of a network: one per class, or one per number of a target
  std::span<const DataFile> files{};  // embedded: x_train, y_train, then x_test, y_test where there is a split
  int version = 0;                   // generated: raised when a change of the generator changes its numbers
};

// Generated data have as many examples as `data` asks for; absent sizes are the generator's.
DataFacts data_facts(const Data& data);

bool is_generated(DataName name);
inline bool has_classes(const Data& data) { return data_facts(data).classes > 0; }

// Of a generator's noise: the key, or what is usual for the generator.
double noise_sd(const Data& data);

}  // namespace descent::config
