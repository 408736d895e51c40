// Runs a fuzz target once on every file of a folder, as a regression test without libFuzzer.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "core/files.h"
#include "fuzz.h"

int main(int, char** arguments) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    const std::string bytes = descent::core::read_file(entry.path());
    fmt::print("{}\n", entry.path().filename().string());
    std::fflush(stdout);  // the last file printed is the one that fails
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++count;
  }
  return count > 0 ? 0 : 1;
}
