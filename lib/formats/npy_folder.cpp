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

constexpr std::size_t max_header_bytes = 1 << 16;

// Returns the largest magnitude of the elements in `bytes`, of which the first is number `first` of the file. Throws
// InputError if one is not a finite number in single precision.
double largest_magnitude(const NpyHeader& header, std::string_view bytes, std::int64_t first, const std::string& name) {
  double largest = 0;
  dispatch_type(header.type, [&]<class Stored>(Stored) {
    for (std::size_t i = 0; i < bytes.size() / sizeof(Stored); ++i) {
      const auto value = static_cast<double>(element_at<Stored>(bytes.data() + i * sizeof(Stored), header.swapped));
      largest = std::max(largest, std::abs(value));
      if (std::abs(value) <= std::numeric_limits<float>::max()) continue;
      fail(name, fmt::format("element {} is {}, not a finite number in single precision; correct the array",
                             npy_index(header, first + static_cast<std::int64_t>(i)), value));
    }
  });
  return largest;
}

// True if each row has one 1 and is 0 elsewhere.
bool is_one_hot(const std::vector<double>& targets, std::int64_t outputs) {
  for (auto row = targets.begin(); row != targets.end(); row += outputs)
    if (std::count(row, row + outputs, 1) != 1 || std::count(row, row + outputs, 0) != outputs - 1) return false;
  return true;
}

bool can_be_channels(std::int64_t size) { return size == 1 || size == 3; }

// True if the last axis holds the channels. Throws InputError if the layout is not given and the shape suggests it.
bool channels_last(const std::vector<std::int64_t>& shape, const ArrayOptions& options, const std::string& name) {
  if (shape.size() != 4) return false;
  if (!options.channels_last && can_be_channels(shape[3]) && !can_be_channels(shape[1]))
    fail(name, fmt::format("the shape [{}] looks like channels last: set data.layout to \"channels_last\", or to "
                           "\"channels_first\" if the axes are [size, channels, height, width]",
                           fmt::join(shape, ", ")));
  return options.channels_last.value_or(false);
}

// The training or test part: y, and the header of x.
struct PartFiles {
  std::filesystem::path x, y;
  NpyHeader header;                  // of x, with the axes in the order [size, channels, height, width]
  NpyHeader in_file;                 // of x, with the axes in the order of the file
  std::vector<double> targets;       // [size, outputs]; empty with classes
  std::vector<std::int32_t> labels;  // [size]; empty with real targets
  std::int64_t outputs = 0;
  bool real = false;  // y has a floating-point type

  PartFiles(const std::filesystem::path& folder, const std::string& suffix, const ArrayOptions& options)
      : x(found(folder, "x" + suffix)), y(found(folder, "y" + suffix)),
        header(parse_npy_header(read_bytes(x, max_header_bytes), x.string())), in_file(header) {
    std::vector<std::int64_t>& shape = header.shape;
    if (shape.size() < 2 || shape.size() > 4)
      fail(x.string(), fmt::format("has {}; expected 2, 3 or 4: [size, features], [size, height, width] "
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

  // Checks x against its header in one pass with constant memory. Returns its largest magnitude.
  double check_inputs() const {
    const std::string name = x.string();
    double largest = 0;
    const std::size_t element = header.size / static_cast<std::size_t>(header.count());
    std::size_t before = header.start, checked = 0;
    std::string rest;  // the start of an element that two chunks share
    read_chunks(x, [&](std::string_view chunk) {
      const std::size_t skipped = std::min(before, chunk.size());
      before -= skipped;
      rest.append(chunk.substr(skipped));
      const std::size_t whole = std::min(rest.size(), header.size - checked) / element * element;
      largest = std::max(largest, largest_magnitude(in_file, {rest.data(), whole},
                                                    static_cast<std::int64_t>(checked / element), name));
      rest.erase(0, whole);
      checked += whole;
      return true;
    });
    if (checked + rest.size() != header.size) fail_size(checked + rest.size(), header, name);
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
                     "data.path must be a folder with x.npy and y.npy, or x_train.npy, y_train.npy, x_test.npy and "
                     "y_test.npy, written by numpy.save");
  }

  void read_y() {
    const std::string bytes = read_bytes(y), name = y.string();
    const Npy array = parse_npy(bytes, name);
    const std::int64_t size = header.shape[0];
    if (array.shape.empty() || array.shape.size() > 2 || array.shape[0] != size || array.count() == 0)
      fail(name, fmt::format("must have 1 or 2 dimensions and one row for each of the {} examples of {}", size,
                             x.filename().string()));
    outputs = array.count() / size;
    real = array.type.starts_with('f');
    largest_magnitude(array, array.bytes, 0, name);
    targets = values<double>(array);
  }
};

// The parts in a folder: the training set and, if it exists, the test set.
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
        fail(part.x.string(), "its examples or targets differ in shape or type from those of the training set");
    std::vector<double> all;
    for (const PartFiles& part : parts) all.insert(all.end(), part.targets.begin(), part.targets.end());
    if (!are_targets(all, options.regression)) number(all);
  }

 private:
  bool are_targets(const std::vector<double>& all, std::optional<bool> regression) const {
    const PartFiles& train = parts.front();
    if (train.outputs > 1) {
      if (!regression.value_or(false) && is_one_hot(all, train.outputs))
        fail(train.y.string(), "is one-hot encoded; save the class of each example instead: y.argmax(1)");
      if (!regression.value_or(train.real))
        fail(train.y.string(), "has several columns; save the class of each example as one integer");
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
    constexpr double large = 100;  // probably pixels from 0 to 255
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
