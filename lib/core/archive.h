#pragma once
// Binary serialization for checkpoints. One function archive(ar, x) both writes and reads x; ar(x, y, ...) calls it for
// each value.

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/error.h"

namespace descent::core {

class Writer {
 public:
  static constexpr bool reading = false;

  template <class... T> void operator()(const T&... values) {
    (archive(*this, const_cast<T&>(values)), ...);  // archive() does not modify them when it writes
  }
  // An array without its size, which the reader must know.
  template <class T> void values(std::span<T> all) {
    bytes_.append(reinterpret_cast<const char*>(all.data()), all.size_bytes());
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Throws FaultError if the data end too early; never reads past the end.
class Reader {
 public:
  static constexpr bool reading = true;
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class... T> void operator()(T&... values) { (archive(*this, values), ...); }
  template <class T> void values(std::span<T> all) {
    require(all.size_bytes());
    if (!all.empty()) std::memcpy(all.data(), rest_.data(), all.size_bytes());
    rest_.remove_prefix(all.size_bytes());
  }

  void require(std::uint64_t size) const {
    if (size > rest_.size()) throw FaultError("the data end too early");
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

template <class Archive, class T>
requires std::is_arithmetic_v<T>
void archive(Archive& ar, T& value) { ar.values(std::span(&value, 1)); }

template <class Archive> void archive(Archive& ar, bool& value) {
  auto byte = static_cast<std::uint8_t>(value);
  ar(byte);
  if (byte > 1) throw FaultError("a flag is neither 0 nor 1");  // in a bool it would be undefined behaviour
  value = byte == 1;
}

template <class Archive> void archive(Archive& ar, std::string& text) {
  std::uint64_t size = text.size();
  ar(size);
  if constexpr (Archive::reading) {
    ar.require(size);
    text.resize(size);
  }
  ar.values(std::span(text));
}

template <class Archive, class T> void archive(Archive& ar, std::optional<T>& value) {
  bool present = value.has_value();
  ar(present);
  if (!present) value.reset();
  else if (!value) value.emplace();
  if (value) ar(*value);
}

template <class Archive, class T> void archive(Archive& ar, std::vector<T>& values) {
  std::uint64_t count = values.size();
  ar(count);
  if constexpr (Archive::reading) values.clear();
  for (std::uint64_t i = 0; i < count; ++i)  // grows one by one: in damaged data the count may be huge
    ar(Archive::reading ? values.emplace_back() : values[i]);
}

}  // namespace descent::core
