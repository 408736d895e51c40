#pragma once
// Plain values to bytes and back, for checkpoints: the same `archive(ar, x)` function serves both directions.

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

  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(const T& value) { raw(&value, sizeof value); }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    raw(text.data(), text.size());
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  void operator()(const std::vector<double>& numbers) {
    (*this)(static_cast<std::uint64_t>(numbers.size()));
    values(std::span(numbers));
  }
  // An array whose size the reader knows too.
  template <class T>
  void values(std::span<T> all) { raw(all.data(), all.size_bytes()); }

  const std::string& bytes() const { return bytes_; }

 private:
  void raw(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  std::string bytes_;
};

// Throws FaultError where the bytes end too early; never reads beyond them.
class Reader {
 public:
  static constexpr bool reading = true;
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(T& value) { raw(&value, sizeof value); }
  void operator()(bool& value) {  // any other byte in a bool would be undefined behaviour
    const char byte = take(1)[0];
    if (byte != 0 && byte != 1) throw FaultError("a flag is neither 0 nor 1");
    value = byte == 1;
  }
  void operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    text = take(size);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool present = false;
    (*this)(present);
    value.reset();
    if (present) (*this)(value.emplace());
  }
  void operator()(std::vector<double>& numbers) {
    std::uint64_t size = 0;
    (*this)(size);
    if (size > rest_.size() / sizeof(double)) throw FaultError("the data end too early");
    numbers.resize(size);
    values(std::span(numbers));
  }
  template <class T>
  void values(std::span<T> all) { raw(all.data(), all.size_bytes()); }

  // The next `size` bytes, which stay where they are.
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw FaultError("the data end too early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  bool done() const { return rest_.empty(); }

 private:
  void raw(void* data, std::size_t size) {
    const std::string_view taken = take(size);
    if (size > 0) std::memcpy(data, taken.data(), size);
  }
  std::string_view rest_;
};

}  // namespace descent::core
