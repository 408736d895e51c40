#include "formats/cifar10.h"

#include <fmt/format.h>

#include "formats/bytes.h"

namespace descent::formats {
namespace {

constexpr std::int64_t classes = 10, pixels = 3 * 32 * 32, record = 1 + pixels;
constexpr std::string_view remedy = "unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz there";

// The five training files and the test file.
std::vector<std::filesystem::path> files_of(std::filesystem::path folder) {
  if (std::filesystem::is_directory(folder / "cifar-10-batches-bin")) folder /= "cifar-10-batches-bin";
  std::vector<std::filesystem::path> files;
  for (int i = 1; i <= 5; ++i) files.push_back(find_file(folder, fmt::format("data_batch_{}.bin", i), remedy));
  files.push_back(find_file(folder, "test_batch.bin", remedy));
  return files;
}

void check_size(std::int64_t bytes, const std::string& name) {
  if (bytes == 0 || bytes % record != 0)
    fail(name, fmt::format("has {} bytes, which is not a multiple of the {} bytes of an image with its label; {}",
                           bytes, record, remedy));
}

}  // namespace

void append_cifar10(std::string_view bytes, const std::string& name, std::vector<std::uint8_t>& x,
                    std::vector<std::int32_t>& y) {
  check_size(std::ssize(bytes), name);
  for (; !bytes.empty(); bytes.remove_prefix(record)) {
    const auto label = static_cast<unsigned char>(bytes[0]);
    if (label >= classes)
      fail(name, fmt::format("label {} of image {} is not in the range from 0 to 9; {}", label, y.size(), remedy));
    y.push_back(label);
    x.insert(x.end(), bytes.begin() + 1, bytes.begin() + record);
  }
}

Facts cifar10_facts(const std::filesystem::path& folder) {
  Contents contents{
      .class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
      .bytes = true};
  Facts facts{.stored = {3, 32, 32},
              .classes = classes,
              .outputs = classes,
              .files = files_of(folder),
              .contents = std::make_shared<const Contents>(std::move(contents))};
  for (const std::filesystem::path& file : facts.files) {
    const bool packed = file.extension() == ".gz";
    const auto size = static_cast<std::int64_t>(packed ? read_bytes(file).size() : std::filesystem::file_size(file));
    check_size(size, file.string());
    (file == facts.files.back() ? facts.test_size : facts.train_size) += size / record;
  }
  return facts;
}

DataSet read_cifar10(const std::filesystem::path& folder) {
  DataSet set;
  const std::vector<std::filesystem::path> files = files_of(folder);
  std::vector<std::uint8_t> train, test;
  for (const std::filesystem::path& file : files) {
    const bool is_test = file == files.back();
    append_cifar10(read_bytes(file), file.string(), is_test ? test : train, is_test ? set.test.y : set.train.y);
  }
  set.train.x = std::move(train);
  set.test.x = std::move(test);
  return set;
}

}  // namespace descent::formats
