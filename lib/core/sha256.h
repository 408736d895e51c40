#pragma once
// SHA-256 (FIPS 180-4), for hashes of runs and checksums of data files.

#include <string>
#include <string_view>

namespace descent::core {

// Returns 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace descent::core
