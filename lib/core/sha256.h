#pragma once
// SHA-256 (FIPS 180-4), for the identity of runs and the checksums of data files.

#include <string>
#include <string_view>

namespace descent::core {

// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace descent::core
