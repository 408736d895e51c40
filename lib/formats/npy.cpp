#include "formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <regex>

#include "core/text.h"
#include "formats/bytes.h"
#include "formats/labels.h"

namespace descent::formats {
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

struct Header {
  std::string descr;
  bool fortran_order;
  std::vector<std::int64_t> shape;
};

// A Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (4000, 40), }
Header parse_header(std::string_view text, const std::string& name) {
  const auto damaged = [&] { fail(name, "damaged .npy header; save the array again with numpy.save"); };
  constexpr std::size_t longest = 4096;  // only structured arrays, which are not supported, have longer ones
  if (text.size() > longest) damaged();
  const auto find = [&](const char* pattern) {
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(text.begin(), text.end(), match, std::regex(pattern))) damaged();
    return match[1].str();
  };
  if (text.find("'descr': [") != text.npos)
    fail(name, "a structured array is not supported; save one array of numbers, a column per feature");
  Header header{find("'descr': *'([^']*)'"), find("'fortran_order': *(True|False)") == "True", {}};
  for (const std::string& field : core::split(find("'shape': *\\(([0-9, ]*)\\)"), ',')) {
    const std::size_t start = field.find_first_not_of(' ');
    if (start == field.npos) continue;  // behind the last comma
    std::int64_t& size = header.shape.emplace_back();
    const auto [end, error] = std::from_chars(field.data() + start, field.data() + field.size(), size);
    if (error != std::errc{} || end != field.data() + field.size()) damaged();
  }
  return header;
}

// The header's text; `bytes` then begins with the elements.
std::string_view split_header(std::string_view& bytes, const std::string& name) {
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.substr(0, 6) != "\x93NUMPY") fail(name, "not a .npy file; save the array with numpy.save");
  const std::size_t length_size = bytes.size() > 6 && byte(6) == 2 ? 4 : 2;
  if (bytes.size() < 8 + length_size) fail(name, "truncated in the .npy header; restore the file");
  if (byte(6) != 1 && byte(6) != 2)
    fail(name, fmt::format(".npy version {}.{} is not supported (1.0 or 2.0); save the array again with numpy.save",
                           byte(6), byte(7)));
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_size; ++i) length |= byte(8 + i) << (8 * i);
  bytes.remove_prefix(8 + length_size);
  if (bytes.size() < length) fail(name, "truncated in the .npy header; restore the file");
  const std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return header;
}

// The first bytes of a .npy file, where its header is.
constexpr std::size_t longest_header = 1 << 16;

void check_size(std::size_t found, const NpyHeader& header, const std::string& name) {
  if (found != header.size)
    fail(name,
         fmt::format("holds {} bytes of elements where its shape needs {}; restore the file", found, header.size));
}

// Refuses elements, from number `first` on, that are no numbers in single precision.
template <class T>
void check_numbers(std::string_view bytes, std::int64_t first, std::int64_t columns, const std::string& name) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    T value{};
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    if (std::abs(value) <= std::numeric_limits<float>::max()) continue;
    const std::int64_t at = first + static_cast<std::int64_t>(i);
    fail(name, fmt::format("row {}, column {} (from 0) holds {}, which is not a number in single precision; correct "
                           "the array",
                           at / columns, at % columns, value));
  }
}

void check_numbers(NpyType type, std::string_view bytes, std::int64_t first, std::int64_t columns,
                   const std::string& name) {
  if (type == NpyType::float32) check_numbers<float>(bytes, first, columns, name);
  if (type == NpyType::float64) check_numbers<double>(bytes, first, columns, name);
}

// One part of a folder, as far as its facts go.
struct PartFiles {
  std::filesystem::path x, y;
  NpyHeader header;                  // of x
  std::vector<std::int64_t> shape;   // of x
  std::vector<double> targets;       // [size, outputs]: what y holds; empty with classes
  std::vector<std::int32_t> labels;  // [size]; empty with real targets
  std::int64_t outputs = 0;
  bool real = false;  // y is of a floating type

  PartFiles(const std::filesystem::path& folder, const std::string& suffix)
      : x(found(folder, "x" + suffix)), y(found(folder, "y" + suffix)),
        header(parse_npy_header(read_bytes(x, longest_header), x.string())), shape(header.shape) {
    if (shape.size() < 2 || shape.size() > 4)
      fail(x.string(), fmt::format("has {} dimensions; inputs have 2, 3 or 4: [size, features], [size, height, width] "
                                   "or [size, channels, height, width]",
                                   shape.size()));
    for (const std::int64_t size : shape)
      if (size == 0) fail(x.string(), "is empty");
    const auto is_channels = [](std::int64_t size) { return size == 1 || size == 3; };
    if (shape.size() == 4 && is_channels(shape[3]) && !is_channels(shape[1]))
      fail(x.string(),
           fmt::format("has the shape [{}], channels last; images are [size, channels, height, width]: save "
                       "numpy.moveaxis(x, -1, 1)",
                       fmt::join(shape, ", ")));
    read_y();
  }

  std::array<std::int64_t, 3> example() const {
    switch (shape.size()) {
      case 2: return {1, 1, shape[1]};
      case 3: return {1, shape[1], shape[2]};
      default: return {shape[1], shape[2], shape[3]};
    }
  }

  // Whether x holds what its header says, in one pass that keeps nothing.
  void check_inputs() const {
    const std::string name = x.string();
    if (header.type == NpyType::uint8 && x.extension() != ".gz")
      return check_size(std::filesystem::file_size(x) - header.start, header, name);
    const auto [channels, height, width] = example();
    const std::int64_t columns = channels * height * width;
    const std::size_t element = header.size / static_cast<std::size_t>(shape[0] * columns);
    std::size_t before = header.start, found = 0;
    std::string rest;  // of an element that two pieces share
    read_pieces(x, [&](std::string_view piece) {
      const std::size_t skipped = std::min(before, piece.size());
      before -= skipped;
      rest.append(piece.substr(skipped));
      const std::size_t whole = rest.size() / element * element;
      check_numbers(header.type, {rest.data(), whole}, static_cast<std::int64_t>(found / element), columns, name);
      rest.erase(0, whole);
      found += whole;
      return true;
    });
    check_size(found + rest.size(), header, name);
  }

  Examples examples() const {
    const std::string bytes = read_bytes(x);
    const Npy array = parse_npy(bytes, x.string());
    if (array.type == NpyType::uint8) return {values<std::uint8_t>(array), labels, targets};
    return {values<double>(array), labels, targets};
  }

 private:
  static std::filesystem::path found(const std::filesystem::path& folder, const std::string& name) {
    return find_file(folder, name + ".npy", "write it with numpy.save");
  }

  void read_y() {
    const std::string bytes = read_bytes(y), name = y.string();
    const Npy array = parse_npy(bytes, name);
    if (array.shape.empty() || array.shape.size() > 2 || array.shape[0] != shape[0] || array.count() == 0)
      fail(name, fmt::format("must have one row for each of the {} examples of {}, in 1 or 2 dimensions", shape[0],
                             x.filename().string()));
    outputs = array.count() / shape[0];
    real = array.type == NpyType::float32 || array.type == NpyType::float64;
    check_numbers(array.type, array.bytes, 0, outputs, name);
    targets = values<double>(array);
  }
};

// The parts of a folder: the pool and, where there is one, the test part.
struct Folder {
  std::vector<PartFiles> parts;
  std::vector<std::string> class_names;  // empty with real targets

  Folder(const std::filesystem::path& path, std::optional<bool> regression) {
    if (std::filesystem::exists(path / "x.npy") || std::filesystem::exists(path / "x.npy.gz"))
      parts.emplace_back(path, "");
    else
      for (const char* suffix : {"_train", "_test"}) parts.emplace_back(path, suffix);
    const PartFiles& train = parts.front();
    for (const PartFiles& part : parts)
      if (part.example() != train.example() || part.outputs != train.outputs || part.real != train.real)
        fail(part.x.string(), "has other shapes or types than the training part");
    std::vector<double> all;
    for (const PartFiles& part : parts) all.insert(all.end(), part.targets.begin(), part.targets.end());
    if (!are_targets(all, regression)) number(all);
  }

 private:
  bool are_targets(const std::vector<double>& all, std::optional<bool> regression) const {
    const PartFiles& train = parts.front();
    if (train.outputs > 1) {
      if (!regression.value_or(train.real))
        fail(train.y.string(), "has several columns; the class of an example is one integer");
      return true;
    }
    if (regression) return *regression;
    const LabelKind kind = kind_of(all, train.real);
    if (kind == LabelKind::unclear) fail(train.y.string(), unclear_labels(all));
    return kind == LabelKind::targets;
  }

  void number(const std::vector<double>& all) {
    const auto [distinct, classes] = number_classes<double>(all);
    for (const double label : distinct) class_names.push_back(label_name(label));
    auto next = classes.begin();
    for (PartFiles& part : parts) {
      part.labels.assign(next, next + std::ssize(part.targets));
      next += std::ssize(part.targets);
      part.targets.clear();
    }
  }
};

}  // namespace

Facts npy_facts(const std::filesystem::path& folder, std::optional<bool> regression) {
  const Folder read(folder, regression);
  const PartFiles &train = read.parts.front(), &test = read.parts.back();
  const std::int64_t classes = std::ssize(read.class_names);
  Facts facts{.train_size = train.shape[0],
              .test_size = read.parts.size() > 1 ? test.shape[0] : 0,
              .shape = train.example(),
              .classes = classes,
              .outputs = classes > 0 ? classes : train.outputs,
              .version = 2};
  Contents contents{.class_names = read.class_names, .train_labels = train.labels};
  if (facts.test_size > 0) contents.test_labels = test.labels;
  for (const PartFiles& part : read.parts) {
    part.check_inputs();
    facts.files.insert(facts.files.end(), {part.x, part.y});
    contents.bytes |= part.header.type == NpyType::uint8;
  }
  facts.contents = std::make_shared<const Contents>(std::move(contents));
  return facts;
}

DataSet read_npy(const std::filesystem::path& folder, std::optional<bool> regression) {
  const Folder read(folder, regression);
  return {read.parts.front().examples(), read.parts.size() > 1 ? read.parts.back().examples() : Examples{}};
}

std::int64_t Npy::count() const {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
  const std::size_t all = bytes.size();
  const Header header = parse_header(split_header(bytes, name), name);
  const auto type = std::ranges::find(types, header.descr, &TypeName::descr);
  if (type == types.end())
    fail(name, fmt::format("element type \"{}\" is not supported (one of <f4, <f8, |u1, <i4, <i8); "
                           "convert the array with astype",
                           header.descr));
  if (header.fortran_order) fail(name, "the array is in Fortran order; save numpy.ascontiguousarray of it");

  std::int64_t needed = type->size;
  for (const std::int64_t size : header.shape) {
    if (size > 0 && needed > std::numeric_limits<std::int64_t>::max() / size)
      fail(name, "the shape is larger than any file; save the array again with numpy.save");
    needed *= size;
  }
  return {type->type, header.shape, all - bytes.size(), static_cast<std::size_t>(needed)};
}

Npy parse_npy(std::string_view bytes, const std::string& name) {
  NpyHeader header = parse_npy_header(bytes, name);
  bytes.remove_prefix(header.start);
  check_size(bytes.size(), header, name);
  return {header.type, std::move(header.shape), bytes, name};
}

std::string npy_header(std::string_view descr, const std::vector<std::int64_t>& shape) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                                   fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  constexpr std::size_t before = 10, alignment = 64;  // magic, version, length
  header.append(alignment - 1 - (before + header.size()) % alignment, ' ');
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(length & 0xff) + static_cast<char>(length >> 8) +
         header;
}

void refuse_element(const std::string& name, double element, int bits) {
  fail(name, fmt::format("holds {} where an integer of {} bits is needed; correct the array", element, bits));
}

}  // namespace descent::formats
