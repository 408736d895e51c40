#pragma once
// Facts about a data set that are known before it is read or generated.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/shapes.h"
#include "formats/data_set.h"

namespace descent::formats {
struct ArrayOptions;
struct TableOptions;
}  // namespace descent::formats

namespace descent::config {

struct DataFile {
  std::string_view name;  // relative to experiments/data/: "mnist1d/x_train.npy"
  std::string_view sha256;
};

struct DataFacts : formats::Facts {
  Shape shape{};                         // of an input of the network, after data.features
  std::span<const DataFile> embedded{};  // x_train, y_train; x_test, y_test if there is a test set
  std::vector<std::string> sha256{};     // of the files, if recorded in results
  std::string problem{};                 // why the files cannot be used; the rest is then unknown
};

// For data with a path, reads the headers on the first call, unless results have recorded the facts.
DataFacts data_facts(const Data& data);

// SHA-256 of a data file, computed on the first call.
const std::string& checksum(const std::filesystem::path& file);

// The recorded checksums of all files, or else the computed ones.
std::vector<std::string> checksums(const DataFacts& facts);

// How to read data in files.
formats::ArrayOptions array_options(const Data& data);
formats::TableOptions table_options(const Data& data);

// Identify the options for reading a file, and the data that are read: equal texts mean equal data.
std::string reading_options_key(const Data& data);
std::string source_key(const Data& data);

bool is_generated(DataName name);
bool needs_path(DataName name);

// Standard deviation of a generator's noise.
double noise_sd(const Data& data);

}  // namespace descent::config
