#pragma once
// What is known of a data set before any of its numbers is read or drawn.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/shapes.h"
#include "formats/data_set.h"

namespace descent::config {

struct DataFile {
  std::string_view name;  // below experiments/data/, "mnist1d/x_train.npy"
  std::string_view sha256;
};

struct DataFacts {
  std::int64_t train_size = 0, test_size = 0;  // of the pool and the official test set; test_size 0: none
  Shape stored{};                              // as read or drawn
  Shape shape{};                               // as networks see it, after data.features
  std::int64_t classes = 0;                    // 0: real targets
  std::int64_t outputs = 0;                    // of a network: one per class, or one per number of a target
  std::span<const DataFile> embedded{};        // x_train, y_train, then x_test, y_test where there is a split
  std::vector<std::filesystem::path> files{};  // of data with a path
  std::vector<std::string> sha256{};           // of the files, where results have recorded them
  int version = 0;                             // raised when a change of the generator or reader changes the numbers
  std::shared_ptr<const formats::Contents> contents{};  // of data with a path
  std::string problem{};                                // why the files cannot be used; all else is then unknown
};

// Generated data have as many examples as `data` asks for; absent sizes are the generator's. Of data with a path the
// headers are read, once in the life of the program, unless results have recorded the facts.
DataFacts data_facts(const Data& data);

// SHA-256 of a data file, as the program found it first.
const std::string& checksum(const std::filesystem::path& file);

// Of every file: as recorded, otherwise as the program found it first.
std::vector<std::string> checksums(const DataFacts& facts);

bool is_generated(DataName name);
bool needs_path(DataName name);

// Of a generator's noise: the key, or what is usual for the generator.
double noise_sd(const Data& data);

}  // namespace descent::config
