#pragma once
// Encoding of Protobuf messages (https://protobuf.dev/programming-guides/encoding/).

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/bytes.h"

namespace descent::formats {

class ProtobufMessage {
 public:
  // Each adds a field with this number.
  ProtobufMessage& add(int field, std::int64_t value) {
    key(field, 0);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  ProtobufMessage& add(int field, float value) {
    key(field, 5);
    bytes_ += bytes_of(value);
    return *this;
  }
  ProtobufMessage& add(int field, double value) {
    key(field, 1);
    bytes_ += bytes_of(value);
    return *this;
  }
  ProtobufMessage& add(int field, std::string_view bytes) {
    key(field, 2);
    varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  ProtobufMessage& add(int field, const char* text) { return add(field, std::string_view(text)); }
  ProtobufMessage& add(int field, const ProtobufMessage& message) { return add(field, message.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  void key(int field, int type) { varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type)); }
  void varint(std::uint64_t value) {
    for (; value > 0x7f; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace descent::formats
