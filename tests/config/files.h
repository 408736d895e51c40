#pragma once
// Experiment files for tests, and the problems of invalid ones.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/keys.h"
#include "config/read.h"
#include "core/error.h"

namespace descent::config {

// Files that are valid except for the given part.
inline std::string data(const std::string& value) {
  return R"({"data": )" + value + R"(, "model": {"width": 8, "depth": 2}, "train": {"epochs": 1}})";
}
inline std::string model(const std::string& keys) {
  return R"({"data": "mnist1d", "model": {)" + keys + R"(}, "train": {"epochs": 1}})";
}
inline std::string layers(const std::string& keys) { return model(R"("width": 8, "depth": 2, )" + keys); }
inline std::string train(const std::string& keys) {
  return R"({"data": "mnist1d", "model": {"width": 8, "depth": 2}, "train": {)" + keys + "}}";
}
inline std::string training(const std::string& keys) { return train(R"("epochs": 1, )" + keys); }
inline std::string also(const std::string& keys) {
  return R"({"data": "mnist1d", "model": {"width": 8, "depth": 2}, "train": {"epochs": 1}, )" + keys + "}";
}
inline std::string sweep(const std::string& value) { return also(R"("sweep": )" + value); }

inline Document read(const std::string& text, const Overrides& overrides = {}) {
  return read_document_text(text, "x.json", overrides);
}

// The problems of a file, one per line; empty if it is valid.
inline std::string problems_of(const std::string& text, const Overrides& overrides = {}) {
  try {
    read(text, overrides);
  } catch (const core::InputError& error) {
    return error.what();
  }
  return "";
}

// The keys that a sweep may vary: "model.width".
inline std::vector<std::string> sweepable_paths() {
  std::vector<std::string> paths;
  for_each_key(default_keys(), [&](const std::string& path, const Key& key) {
    if (is_sweepable(key)) paths.push_back(path);
  });
  return paths;
}

struct BadFile {
  const char* sentence;  // name of the test
  std::string text;
  std::string problems;
};

inline void PrintTo(const BadFile& file, std::ostream* out) { *out << file.sentence; }

inline std::string sentence_of(const ::testing::TestParamInfo<BadFile>& info) { return info.param.sentence; }

class BadFiles : public ::testing::TestWithParam<BadFile> {};

}  // namespace descent::config
