#include "formats/npy_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/text.h"
#include "formats/bytes.h"
#include "formats/labels.h"
#include "formats/npy.h"

namespace descent::formats {
namespace {

// The first bytes of a .npy file, where its header is.
constexpr std::size_t most_header_bytes = 1 << 16;

// The largest of some elements, from number `first` of the file on, without its sign; InputError where one is not a
// number in single precision.
double largest_number(const NpyHeader& header, std::string_view bytes, std::int64_t first, const std::string& name) {
  double largest = 0;
  with_element(header.type, [&]<class Stored>(Stored) {
    for (std::size_t i = 0; i < bytes.size() / sizeof(Stored); ++i) {
      const auto value = static_cast<double>(element_at<Stored>(bytes.data() + i * sizeof(Stored), header.swapped));
      largest = std::max(largest, std::abs(value));
      if (std::abs(value) <= std::numeric_limits<float>::max()) continue;
      fail(name, fmt::format("element {} holds {}, which is not a number in single precision; correct the array",
                             npy_index(header, first + static_cast<std::int64_t>(i)), value));
    }
  });
  return largest;
}

// Whether each row has one 1 and otherwise 0.
bool are_one_hot(const std::vector<double>& targets, std::int64_t outputs) {
  for (auto row = targets.begin(); row != targets.end(); row += outputs)
    if (std::count(row, row + outputs, 1) != 1 || std::count(row, row + outputs, 0) != outputs - 1) return false;
  return true;
}

bool can_be_channels(std::int64_t size) { return size == 1 || size == 3; }

// Whether the last axis are the channels; InputError where nobody has said it and the sizes speak against the usual.
bool channels_last(const std::vector<std::int64_t>& shape, const ArrayOptions& options, const std::string& name) {
  if (shape.size() != 4) return false;
  if (!options.channels_last && can_be_channels(shape[3]) && !can_be_channels(shape[1]))
    fail(name, fmt::format("has the shape [{}], with channels last: set data.layout to \"channels_last\", or to "
                           "\"channels_first\" if it is [size, channels, height, width]",
                           fmt::join(shape, ", ")));
  return options.channels_last.value_or(false);
}

// One part of a folder, as far as its facts go.
struct PartFiles {
  std::filesystem::path x, y;
  NpyHeader header;                  // of x; its axes [size, channels, height, width], whatever the file has
  NpyHeader in_file;                 // of x
  std::vector<double> targets;       // [size, outputs]: what y holds; empty with classes
  std::vector<std::int32_t> labels;  // [size]; empty with real targets
  std::int64_t outputs = 0;
  bool real = false;  // y is of a floating type

  PartFiles(const std::filesystem::path& folder, const std::string& suffix, const ArrayOptions& options)
      : x(found(folder, "x" + suffix)), y(found(folder, "y" + suffix)),
        header(parse_npy_header(read_bytes(x, most_header_bytes), x.string())), in_file(header) {
    std::vector<std::int64_t>& shape = header.shape;
    if (shape.size() < 2 || shape.size() > 4)
      fail(x.string(), fmt::format("has {}; inputs have 2, 3 or 4: [size, features], [size, height, width] "
                                   "or [size, channels, height, width]",
                                   core::counted(shape.size(), "dimension")));
    for (const std::int64_t size : shape)
      if (size == 0) fail(x.string(), "is empty");
    if (channels_last(shape, options, x.string()))
      for (std::vector<std::int64_t>* axes : {&shape, &header.strides})
        std::rotate(axes->begin() + 1, axes->end() - 1, axes->end());
    read_y();
  }

  Shape example() const {
    const std::vector<std::int64_t>& shape = header.shape;
    switch (shape.size()) {
      case 2: return {1, 1, shape[1]};
      case 3: return {1, shape[1], shape[2]};
      default: return {shape[1], shape[2], shape[3]};
    }
  }

  // Whether x holds what its header says, in one pass that keeps nothing but the largest number, without its sign.
  double check_inputs() const {
    const std::string name = x.string();
    double largest = 0;
    const std::size_t element = header.size / static_cast<std::size_t>(header.count());
    std::size_t before = header.start, checked = 0;
    std::string rest;  // of an element that two pieces share
    read_pieces(x, [&](std::string_view piece) {
      const std::size_t skipped = std::min(before, piece.size());
      before -= skipped;
      rest.append(piece.substr(skipped));
      const std::size_t whole = std::min(rest.size(), header.size - checked) / element * element;
      largest = std::max(
          largest, largest_number(in_file, {rest.data(), whole}, static_cast<std::int64_t>(checked / element), name));
      rest.erase(0, whole);
      checked += whole;
      return true;
    });
    if (checked + rest.size() != header.size) refuse_size(checked + rest.size(), header, name);
    return largest;
  }

  Examples examples() const {
    const std::string bytes = read_bytes(x);
    Npy array = parse_npy(bytes, x.string());
    array.shape = header.shape;
    array.strides = header.strides;
    if (is_bytes()) return {values<std::uint8_t>(array), labels, targets};
    return {values<double>(array), labels, targets};
  }

  bool is_bytes() const { return header.type == "u1" || header.type == "b1"; }

 private:
  static std::filesystem::path found(const std::filesystem::path& folder, const std::string& name) {
    return find_file(folder, name + ".npy",
                     "data.path is a folder with x.npy and y.npy, or x_train.npy, y_train.npy, x_test.npy and "
                     "y_test.npy, as numpy.save writes them");
  }

  void read_y() {
    const std::string bytes = read_bytes(y), name = y.string();
    const Npy array = parse_npy(bytes, name);
    const std::int64_t size = header.shape[0];
    if (array.shape.empty() || array.shape.size() > 2 || array.shape[0] != size || array.count() == 0)
      fail(name, fmt::format("must have one row for each of the {} examples of {}, in 1 or 2 dimensions", size,
                             x.filename().string()));
    outputs = array.count() / size;
    real = array.type.starts_with('f');
    largest_number(array, array.bytes, 0, name);
    targets = values<double>(array);
  }
};

// The parts of a folder: the pool and, where there is one, the test part.
struct Folder {
  std::vector<PartFiles> parts;
  std::vector<std::string> class_names;  // empty with real targets

  Folder(const std::filesystem::path& path, const ArrayOptions& options) {
    if (std::filesystem::exists(path / "x.npy") || std::filesystem::exists(path / "x.npy.gz"))
      parts.emplace_back(path, "", options);
    else
      for (const char* suffix : {"_train", "_test"}) parts.emplace_back(path, suffix, options);
    const PartFiles& train = parts.front();
    for (const PartFiles& part : parts)
      if (part.example() != train.example() || part.outputs != train.outputs || part.real != train.real)
        fail(part.x.string(), "has other shapes or types than the training part");
    std::vector<double> all;
    for (const PartFiles& part : parts) all.insert(all.end(), part.targets.begin(), part.targets.end());
    if (!are_targets(all, options.regression)) number(all);
  }

 private:
  bool are_targets(const std::vector<double>& all, std::optional<bool> regression) const {
    const PartFiles& train = parts.front();
    if (train.outputs > 1) {
      if (!regression.value_or(false) && are_one_hot(all, train.outputs))
        fail(train.y.string(), "has a column for each class; save the class of each example instead: y.argmax(1)");
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

Facts npy_facts(const std::filesystem::path& folder, const ArrayOptions& options) {
  const Folder read(folder, options);
  const PartFiles &train = read.parts.front(), &test = read.parts.back();
  const std::int64_t classes = std::ssize(read.class_names);
  Facts facts{.train_size = train.header.shape[0],
              .test_size = read.parts.size() > 1 ? test.header.shape[0] : 0,
              .stored = train.example(),
              .classes = classes,
              .outputs = classes > 0 ? classes : train.outputs,
              .version = 2};
  Contents contents{.class_names = read.class_names, .train_labels = train.labels};
  if (facts.test_size > 0) contents.test_labels = test.labels;
  for (const PartFiles& part : read.parts) {
    constexpr double large = 100;  // as pixels that are left at 0 to 255
    contents.bytes |= part.check_inputs() >= large;
    facts.files.insert(facts.files.end(), {part.x, part.y});
    for (const double y : part.targets) contents.largest_target = std::max(contents.largest_target, std::abs(y));
  }
  facts.contents = std::make_shared<const Contents>(std::move(contents));
  return facts;
}

DataSet read_npy(const std::filesystem::path& folder, const ArrayOptions& options) {
  const Folder read(folder, options);
  return {read.parts.front().examples(), read.parts.size() > 1 ? read.parts.back().examples() : Examples{}};
}

}  // namespace descent::formats
