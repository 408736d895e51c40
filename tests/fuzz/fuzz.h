#pragma once
// Shared by the fuzz targets. Each file <name>_fuzz.cpp defines LLVMFuzzerTestOneInput and is linked with libFuzzer or
// with replay.cpp, which runs it on the files in corpus/<name>.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace descent::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Stops the fuzzer if the condition is false.
inline void require(bool condition) {
  if (!condition) std::abort();
}

// A new folder for this process.
inline const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    std::string name = std::filesystem::temp_directory_path() / "descent_fuzz-XXXXXX";
    return std::filesystem::path(mkdtemp(name.data()));
  }();
  return made;
}

}  // namespace descent::fuzz
