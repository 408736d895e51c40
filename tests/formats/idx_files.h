#pragma once
// A folder of small files in the format of MNIST, for the tests.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/files.h"

namespace descent::formats {

inline std::string idx(const std::vector<int>& shape, const std::string& elements, char type = 8) {
  std::string bytes{'\0', '\0', type, static_cast<char>(shape.size())};
  for (const int size : shape)
    for (int i = 3; i >= 0; --i) bytes += static_cast<char>(size >> (8 * i));
  return bytes + elements;
}

// Two parts of 2 x 3 pixels.
struct IdxFolder {
  std::filesystem::path path = std::filesystem::path(testing::TempDir()) / fmt::format("descent_idx_{}", getpid());

  IdxFolder() {
    std::filesystem::create_directories(path);
    write("train-images-idx3-ubyte", idx({2, 2, 3}, "abcdefABCDEF"));
    write("train-labels-idx1-ubyte", idx({2}, {4, 0}));
    write("t10k-images-idx3-ubyte", idx({1, 2, 3}, "uvwxyz"));
    write("t10k-labels-idx1-ubyte", idx({1}, {6}));
  }
  ~IdxFolder() { std::filesystem::remove_all(path); }

  void write(const std::string& name, const std::string& bytes) const {
    core::write_file_atomically(path / name, bytes);
  }
};

}  // namespace descent::formats
