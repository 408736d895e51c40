#pragma once
// What the fuzz targets share. Each is one file <name>_fuzz.cpp with LLVMFuzzerTestOneInput: linked with libFuzzer,
// or with replay.cpp, which feeds it the files of corpus/<name>.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace descent::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Stops the fuzzer at an input for which a promise is broken.
inline void require(bool kept) {
  if (!kept) std::abort();
}

}  // namespace descent::fuzz
