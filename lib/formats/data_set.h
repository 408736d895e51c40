#pragma once
// A data set as it was read or drawn, before it is split and prepared for a run, and the facts about one in files that
// are known before its numbers are read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace descent::formats {

// Pixels stay bytes: a million of them are a megabyte.
using Values = std::variant<std::vector<double>, std::vector<std::uint8_t>>;

struct Examples {
  Values x;                     // [size, features], row-major
  std::vector<std::int32_t> y;  // class of each example: [size]; empty with real targets
  std::vector<double> targets;  // [size, outputs]; empty with classes
};

// The pool and the official test part; `test` is empty where there is none.
struct DataSet {
  Examples train, test;
  double divisor = 1;  // of x, as networks see it
};

// What a person wants to know of data in files.
struct Contents {
  std::vector<std::string> features{};                      // names of the columns; arrays have none
  std::string label{};                                      // name of the column
  std::vector<std::string> class_names{};                   // in the order of the classes; empty with real targets
  std::vector<std::int32_t> train_labels{}, test_labels{};  // classes of the examples; empty where it takes a pass
  std::vector<double> smallest{}, largest{};  // of each feature; empty where a pass over all would be needed
  double largest_target = 0;                  // without its sign
  bool bytes = false;                         // features are pixels from 0 to 255
  std::vector<std::string> notes{};           // what was done with the file: rows left out
  std::vector<std::string> warnings{};        // what is probably a mistake
};

// What a missing value of a table does.
enum class MissingValues { error, drop, mean };

// Of one example, in the order in which its features lie; a signal has height 1.
struct Shape {
  std::int64_t channels = 1, height = 1, width = 1;
  std::int64_t features() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

struct Facts {
  std::int64_t train_size = 0, test_size = 0;  // of the pool and the official test set; test_size 0: none
  Shape stored{};                              // of an example as read or drawn
  std::int64_t classes = 0;                    // 0: real targets
  std::int64_t outputs = 0;                    // of a network: one per class, or one per number of a target
  std::vector<std::filesystem::path> files{};  // all that the data are read from
  int version = 0;                             // raised when a change of the generator or reader changes the numbers
  std::shared_ptr<const Contents> contents{};  // of data in files
};

}  // namespace descent::formats
