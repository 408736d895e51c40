#pragma once
// What stands before the elements in NumPy's .npy files, version 1.0 (numpy.lib.format): little-endian, C order.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace descent::store {

// `descr` names the elements: "<f4", "<i4". The elements follow in C order; the header is a multiple of 64 bytes.
std::string npy_header(std::string_view descr, const std::vector<std::int64_t>& shape);

}  // namespace descent::store
