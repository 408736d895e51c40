#pragma once
// A data set as read or generated, before it is split and prepared for a run, and facts about it that are known before
// its numbers are read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace descent::formats {

// Pixels stay bytes, to save memory.
using Values = std::variant<std::vector<double>, std::vector<std::uint8_t>>;

struct Examples {
  Values x;                     // [size, features], row-major
  std::vector<std::int32_t> y;  // class of each example: [size]; empty with real targets
  std::vector<double> targets;  // [size, outputs]; empty with classes
};

// The pool and the official test set, which may be empty.
struct DataSet {
  Examples train, test;
  double divisor = 1;  // networks see x / divisor
};

// Information about data in files for the user.
struct Contents {
  std::vector<std::string> features{};                      // column names; empty for arrays
  std::string label{};                                      // name of the label column
  std::vector<std::string> class_names{};                   // by class; empty with real targets
  std::vector<std::int32_t> train_labels{}, test_labels{};  // class of each example; empty if it needs a pass
  std::vector<double> smallest{}, largest{};                // of each feature; empty if it needs a pass
  double largest_target = 0;                                // magnitude
  bool bytes = false;                                       // features are pixels from 0 to 255
  std::vector<std::string> notes{};                         // what was changed: dropped rows
  std::vector<std::string> warnings{};                      // probable mistakes
};

// Treatment of missing values in tables.
enum class MissingValues { error, drop, mean };

// Shape of an example, in the memory order of its features; a signal has height 1.
struct Shape {
  std::int64_t channels = 1, height = 1, width = 1;
  std::int64_t features() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

struct Facts {
  std::int64_t train_size = 0, test_size = 0;  // of the pool and of the official test set (0: none)
  Shape stored{};                              // shape of an example as read or generated
  std::int64_t classes = 0;                    // 0: real targets
  std::int64_t outputs = 0;                    // of a network: one per class, or one per target value
  std::vector<std::filesystem::path> files{};  // all files that the data are read from
  int version = 0;                             // increased when a change of the generator or reader changes the data
  std::shared_ptr<const Contents> contents{};  // for data in files
};

}  // namespace descent::formats
