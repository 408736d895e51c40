#include "data/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/error.h"

namespace descent::data {
namespace {

struct TypeName {
  std::string_view descr;
  NpyType type;
  std::int64_t size;
};
constexpr std::array<TypeName, 5> types{{{"<f4", NpyType::float32, 4},
                                         {"<f8", NpyType::float64, 8},
                                         {"|u1", NpyType::uint8, 1},
                                         {"<i4", NpyType::int32, 4},
                                         {"<i8", NpyType::int64, 8}}};

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw core::InputError(std::vector<core::Problem>{{name, 0, 0, "", message}});
}

// Reads the header, a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (4000, 40), }
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  struct Header {
    std::string_view descr, fortran_order;
    std::vector<std::int64_t> shape;
  };

  Header read() {
    Header header;
    int found = 0;
    expect('{');
    while (!eat('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") header.descr = quoted(), found |= 1;
      else if (key == "fortran_order") header.fortran_order = word(), found |= 2;
      else if (key == "shape") header.shape = tuple(), found |= 4;
      else damaged();
      if (!eat(',')) {
        expect('}');
        break;
      }
    }
    if (found != 7) damaged();
    return header;
  }

 private:
  [[noreturn]] void damaged() const {
    fail(name_, "damaged .npy header; save the array again with numpy.save");
  }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }
  bool eat(char c) {
    skip_space();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!eat(c)) damaged();
  }
  std::string_view take(std::size_t length) {
    if (length > rest_.size()) damaged();
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  std::string_view quoted() {
    expect('\'');
    const std::string_view text = take(std::min(rest_.find('\''), rest_.size()));
    expect('\'');
    return text;
  }
  std::string_view word() {
    skip_space();
    return take(std::min(rest_.find_first_of(",} "), rest_.size()));
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> sizes;
    expect('(');
    while (!eat(')')) {
      std::int64_t size = -1;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (error != std::errc{} || size < 0) damaged();
      take(static_cast<std::size_t>(end - rest_.data()));
      sizes.push_back(size);
      if (!eat(',')) {
        expect(')');
        break;
      }
      skip_space();
    }
    return sizes;
  }

  std::string_view rest_;
  const std::string& name_;
};

// The header's text; `bytes` then begins with the elements.
std::string_view split_header(std::string_view& bytes, const std::string& name) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  if (bytes.substr(0, 6) != "\x93NUMPY") fail(name, "not a .npy file; save the array with numpy.save");
  const std::size_t length_size = bytes.size() > 6 && byte(6) == 2 ? 4 : 2;
  if (bytes.size() < 8 + length_size) fail(name, "truncated in the .npy header; restore the file");
  if (byte(6) != 1 && byte(6) != 2)
    fail(name,
         fmt::format(".npy version {}.{} is not supported (1.0 or 2.0); save the array again with numpy.save",
                     byte(6), byte(7)));
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_size; ++i) length |= byte(8 + i) << (8 * i);
  bytes.remove_prefix(8 + length_size);
  if (bytes.size() < length) fail(name, "truncated in the .npy header; restore the file");
  const std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return header;
}

}  // namespace

std::int64_t Npy::count() const {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

Npy parse_npy(std::string_view bytes, const std::string& name) {
  const auto header = HeaderReader(split_header(bytes, name), name).read();
  const TypeName* type = nullptr;
  for (const TypeName& candidate : types)
    if (candidate.descr == header.descr) type = &candidate;
  if (!type)
    fail(name, fmt::format("element type \"{}\" is not supported (one of <f4, <f8, |u1, <i4, <i8); "
                           "convert the array with astype",
                           header.descr));
  if (header.fortran_order != "False")
    fail(name, "the array is in Fortran order; save numpy.ascontiguousarray of it");

  std::int64_t needed = type->size;
  for (const std::int64_t size : header.shape) {
    if (size > 0 && needed > std::numeric_limits<std::int64_t>::max() / size)
      fail(name, "the shape is larger than any file; save the array again with numpy.save");
    needed *= size;
  }
  if (static_cast<std::int64_t>(bytes.size()) != needed)
    fail(name, fmt::format("holds {} bytes of elements where its shape needs {}; restore the file",
                           bytes.size(), needed));
  return {type->type, header.shape, bytes, name};
}

void refuse_element(const std::string& name, double element, int bits) {
  fail(name, fmt::format("holds {} where a whole number of {} bits is needed; correct the array", element, bits));
}

}  // namespace descent::data
