#pragma once
// What is known of a data set before any of its numbers is read or drawn.

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
  std::string_view name;  // below experiments/data/, "mnist1d/x_train.npy"
  std::string_view sha256;
};

struct DataFacts : formats::Facts {
  Shape shape{};                         // as networks see it, after data.features
  std::span<const DataFile> embedded{};  // x_train, y_train, then x_test, y_test where there is a split
  std::vector<std::string> sha256{};     // of the files, where results have recorded them
  std::string problem{};                 // why the files cannot be used; all else is then unknown
};

// Generated data have as many examples as `data` asks for; absent sizes are the generator's. Of data with a path the
// headers are read, once in the life of the program, unless results have recorded the facts.
DataFacts data_facts(const Data& data);

// SHA-256 of a data file, as the program found it first.
const std::string& checksum(const std::filesystem::path& file);

// Of every file: as recorded, otherwise as the program found it first.
std::vector<std::string> checksums(const DataFacts& facts);

// How the keys say to read data in files.
formats::ArrayOptions array_options(const Data& data);
formats::TableOptions table_options(const Data& data);

// Of the keys that change what is read from a file, and of all that says what is read: equal texts read equal numbers.
std::string reading_key(const Data& data);
std::string source_key(const Data& data);

bool is_generated(DataName name);
bool needs_path(DataName name);

// Of a generator's noise: the key, or what is usual for the generator.
double noise_sd(const Data& data);

}  // namespace descent::config
