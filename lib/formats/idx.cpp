#include "formats/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/bytes.h"
#include "formats/labels.h"

namespace descent::formats {
namespace {

constexpr std::string_view remedy =
    "get MNIST from https://storage.googleapis.com/cvdf-datasets/mnist/ or Fashion-MNIST from "
    "https://github.com/zalandoresearch/fashion-mnist";

constexpr std::size_t longest_header = 4 + 4 * 4;

std::int64_t byte(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

std::size_t header_size(const std::vector<std::int64_t>& shape) { return 4 + 4 * shape.size(); }

std::vector<std::int32_t> labels_of(const std::filesystem::path& file) {
  const std::string bytes = read_bytes(file), name = file.string();
  const Idx array = parse_idx(bytes, name);
  if (array.shape.size() != 1) fail(name, fmt::format("has {} dimensions; labels have 1", array.shape.size()));
  std::vector<std::int32_t> labels;
  for (const char c : array.bytes) labels.push_back(static_cast<unsigned char>(c));
  return labels;
}

// One part: the header of its images, its labels.
struct Part {
  std::filesystem::path images, label_file;
  std::vector<std::int64_t> shape;
  std::vector<std::int32_t> labels;

  Part(const std::filesystem::path& folder, const std::string& prefix)
      : images(find_file(folder, prefix + "-images-idx3-ubyte", remedy)),
        label_file(find_file(folder, prefix + "-labels-idx1-ubyte", remedy)),
        shape(parse_idx_shape(read_bytes(images, longest_header), images.string())), labels(labels_of(label_file)) {
    if (shape.size() != 3 || shape[1] * shape[2] == 0)
      fail(images.string(), fmt::format("has {} dimensions; images have 3 (number, height, width)", shape.size()));
    if (shape[0] != std::ssize(labels))
      fail(label_file.string(), fmt::format("has {} labels for the {} images of {}; get both files from one source",
                                            labels.size(), shape[0], images.filename().string()));
    if (labels.empty()) fail(label_file.string(), "is empty; get it again");
  }

  Examples examples() const {
    const std::string bytes = read_bytes(images);
    const Idx array = parse_idx(bytes, images.string());
    return {std::vector<std::uint8_t>(array.bytes.begin(), array.bytes.end()), {}, {}};
  }
};

// The different labels of both parts, and the class of each example.
std::pair<std::vector<std::int32_t>, std::vector<std::int32_t>> numbered(const Part& train, const Part& test) {
  std::vector<std::int32_t> labels = train.labels;
  labels.insert(labels.end(), test.labels.begin(), test.labels.end());
  return number_classes<std::int32_t>(labels);
}

}  // namespace

std::vector<std::int64_t> parse_idx_shape(std::string_view bytes, const std::string& name) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    fail(name, bytes.size() < 4 ? "truncated in the IDX header; get it again" : "not an IDX file");
  if (byte(bytes, 2) != 8)
    fail(name, fmt::format("element type 0x{:02x} is not supported; images and labels are 0x08, unsigned bytes",
                           byte(bytes, 2)));
  std::vector<std::int64_t> shape(static_cast<std::size_t>(byte(bytes, 3)));
  if (bytes.size() < header_size(shape)) fail(name, "truncated in the IDX header; get it again");
  for (std::size_t d = 0; d < shape.size(); ++d)
    for (std::size_t i = 0; i < 4; ++i) shape[d] = shape[d] << 8 | byte(bytes, 4 + 4 * d + i);
  return shape;
}

Idx parse_idx(std::string_view bytes, const std::string& name) {
  std::vector<std::int64_t> shape = parse_idx_shape(bytes, name);
  bytes.remove_prefix(header_size(shape));
  std::int64_t needed = 1;
  for (const std::int64_t size : shape) {
    if (size > 0 && needed > std::numeric_limits<std::int64_t>::max() / size)
      fail(name, "the shape is larger than any file; get it again");
    needed *= size;
  }
  if (std::ssize(bytes) != needed)
    fail(name, fmt::format("holds {} bytes where its shape needs {}; get it again", bytes.size(), needed));
  return {std::move(shape), bytes};
}

Facts idx_facts(const std::filesystem::path& folder) {
  const Part train(folder, "train"), test(folder, "t10k");
  if (!std::ranges::equal(train.shape.begin() + 1, train.shape.end(), test.shape.begin() + 1, test.shape.end()))
    fail(test.images.string(), "has images of another size than the training part; get both from one source");
  const auto [labels, numbers] = numbered(train, test);
  const std::int64_t classes = std::ssize(labels), train_size = train.shape[0], test_size = test.shape[0];
  Contents contents{.train_labels = {numbers.begin(), numbers.begin() + train_size},
                    .test_labels = {numbers.begin() + train_size, numbers.end()},
                    .bytes = true};
  for (const std::int32_t label : labels) contents.class_names.push_back(std::to_string(label));
  return {.train_size = train_size,
          .test_size = test_size,
          .shape = {1, train.shape[1], train.shape[2]},
          .classes = classes,
          .outputs = classes,
          .files = {train.images, train.label_file, test.images, test.label_file},
          .version = labels.back() + 1 == classes ? 0 : 2,  // classes that no image has were counted once
          .contents = std::make_shared<const Contents>(std::move(contents))};
}

DataSet read_idx(const std::filesystem::path& folder) {
  const Part train(folder, "train"), test(folder, "t10k");
  DataSet set{train.examples(), test.examples()};
  const auto [labels, numbers] = numbered(train, test);
  set.train.y.assign(numbers.begin(), numbers.begin() + train.shape[0]);
  set.test.y.assign(numbers.begin() + train.shape[0], numbers.end());
  return set;
}

}  // namespace descent::formats
