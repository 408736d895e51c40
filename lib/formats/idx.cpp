#include "formats/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "formats/bytes.h"
#include "formats/labels.h"

namespace descent::formats {
namespace {

constexpr std::string_view fashion_classes[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

constexpr std::size_t max_header_size = 4 + 4 * 4;  // of at most 4 dimensions

std::int64_t byte(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

std::size_t header_size(const std::vector<std::int64_t>& shape) { return 4 + 4 * shape.size(); }

std::vector<std::int32_t> labels_of(const std::filesystem::path& file) {
  const std::string bytes = read_bytes(file), name = file.string();
  const Idx array = parse_idx(bytes, name);
  if (array.shape.size() != 1) fail(name, fmt::format("has {} dimensions; labels need 1", array.shape.size()));
  std::vector<std::int32_t> labels;
  for (const char c : array.bytes) labels.push_back(static_cast<unsigned char>(c));
  return labels;
}

// The training or test part: the labels, and the header of the images.
struct Part {
  std::filesystem::path images, label_file;
  std::vector<std::int64_t> shape;
  std::vector<std::int32_t> labels;

  Part(const std::filesystem::path& folder, const std::string& prefix, std::string_view remedy)
      : images(find_file(folder, prefix + "-images-idx3-ubyte", remedy)),
        label_file(find_file(folder, prefix + "-labels-idx1-ubyte", remedy)),
        shape(parse_idx_shape(read_bytes(images, max_header_size), images.string())), labels(labels_of(label_file)) {
    if (shape.size() != 3 || shape[1] * shape[2] == 0)
      fail(images.string(), fmt::format("has {} dimensions; images need 3 (number, height, width)", shape.size()));
    if (shape[0] != std::ssize(labels))
      fail(label_file.string(), fmt::format("has {} labels for the {} images of {}; get both files from one source",
                                            labels.size(), shape[0], images.filename().string()));
    if (labels.empty()) fail(label_file.string(), "is empty; download it again");
  }

  std::vector<std::uint8_t> pixels() const {
    const std::string bytes = read_bytes(images);
    const Idx array = parse_idx(bytes, images.string());
    return {array.bytes.begin(), array.bytes.end()};
  }
};

struct Parts {
  Part train, test;
  std::vector<std::int32_t> labels, classes;  // distinct labels in order, and the class of each example

  Parts(const std::filesystem::path& folder, std::string_view remedy)
      : train(folder, "train", remedy), test(folder, "t10k", remedy) {
    std::vector<std::int32_t> all = train.labels;
    all.insert(all.end(), test.labels.begin(), test.labels.end());
    std::tie(labels, classes) = number_classes<std::int32_t>(all);
  }
  std::vector<std::int32_t> train_classes() const { return {classes.begin(), classes.begin() + train.shape[0]}; }
  std::vector<std::int32_t> test_classes() const { return {classes.begin() + train.shape[0], classes.end()}; }
};

}  // namespace

const IdxDataSet mnist{"get MNIST from https://storage.googleapis.com/cvdf-datasets/mnist/"};
const IdxDataSet fashion_mnist{
    "get Fashion-MNIST with `apt install dataset-fashion-mnist` (Debian, Ubuntu), or its four files from "
    "https://github.com/zalandoresearch/fashion-mnist and set data.path to their folder",
    fashion_classes, 255};

std::vector<std::int64_t> parse_idx_shape(std::string_view bytes, const std::string& name) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    fail(name, bytes.size() < 4 ? "truncated in the IDX header; download it again" : "not an IDX file");
  if (byte(bytes, 2) != 8)
    fail(name, fmt::format("element type 0x{:02x} is not supported; images and labels must be unsigned bytes, 0x08",
                           byte(bytes, 2)));
  std::vector<std::int64_t> shape(static_cast<std::size_t>(byte(bytes, 3)));
  if (bytes.size() < header_size(shape)) fail(name, "truncated in the IDX header; download it again");
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
      fail(name, "invalid shape, larger than any file; download it again");
    needed *= size;
  }
  if (std::ssize(bytes) != needed)
    fail(name, fmt::format("has {} bytes of data, but its shape needs {}; download it again", bytes.size(), needed));
  return {std::move(shape), bytes};
}

Facts idx_facts(const std::filesystem::path& folder, const IdxDataSet& set) {
  const Parts parts(folder, set.remedy);
  const Part &train = parts.train, &test = parts.test;
  if (!std::ranges::equal(train.shape.begin() + 1, train.shape.end(), test.shape.begin() + 1, test.shape.end()))
    fail(test.images.string(), "the images differ in size from the training images; get both from one source");
  const std::int64_t classes = std::ssize(parts.labels);
  Contents contents{
      .train_labels = parts.train_classes(), .test_labels = parts.test_classes(), .bytes = set.divisor == 1};
  for (const std::int32_t label : parts.labels)
    contents.class_names.push_back(label < std::ssize(set.class_names) ? std::string(set.class_names[label])
                                                                       : std::to_string(label));
  return {.train_size = train.shape[0],
          .test_size = test.shape[0],
          .stored = {1, train.shape[1], train.shape[2]},
          .classes = classes,
          .outputs = classes,
          .files = {train.images, train.label_file, test.images, test.label_file},
          .version = parts.labels.back() + 1 == classes ? 0 : 2,  // earlier versions counted classes without images
          .contents = std::make_shared<const Contents>(std::move(contents))};
}

DataSet read_idx(const std::filesystem::path& folder, const IdxDataSet& set) {
  const Parts parts(folder, set.remedy);
  return {
      {parts.train.pixels(), parts.train_classes(), {}}, {parts.test.pixels(), parts.test_classes(), {}}, set.divisor};
}

}  // namespace descent::formats
