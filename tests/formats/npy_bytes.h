#pragma once
// .npy files as bytes, for tests.

#include <cstdint>
#include <string>
#include <vector>

inline std::string npy(const std::string& header, const std::string& elements, char version = 1) {
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string bytes = "\x93NUMPY" + std::string{version, '\0'};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes + header + elements;
}

inline std::string header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }      \n";
}

template <class T> std::string raw(std::vector<T> elements) {
  return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(T)};
}
