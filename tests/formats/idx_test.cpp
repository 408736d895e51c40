#include "formats/idx.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include "core/error.h"
#include "formats/idx_files.h"

namespace {

using namespace descent::formats;
using testing::ElementsAre;

template <class Read> std::string idx_error(const Read& read) {
  try {
    read();
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

struct Folder : IdxFolder {
  void pack(const std::string& name) const {
    const std::string bytes = descent::core::read_file(path / name);
    gzFile file = gzopen((path / (name + ".gz")).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    std::filesystem::remove(path / name);
  }
  std::string facts_error() const {
    std::string text = idx_error([&] { idx_facts(path); });
    const std::string prefix = path.string() + "/";
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
  }
};

TEST(idx, reads_sizes_labels_and_pixels) {
  const Folder folder;
  const Facts facts = idx_facts(folder.path);
  EXPECT_EQ(facts.train_size, 2);
  EXPECT_EQ(facts.test_size, 1);
  EXPECT_EQ(facts.stored, (Shape{1, 2, 3}));
  EXPECT_EQ(facts.classes, 3);  // labels 0, 4 and 6
  EXPECT_THAT(facts.contents->class_names, ElementsAre("0", "4", "6"));
  EXPECT_EQ(facts.files.size(), 4u);
  const DataSet set = read_idx(folder.path);
  EXPECT_THAT(set.train.y, ElementsAre(1, 0));
  EXPECT_THAT(std::get<1>(set.test.x), ElementsAre('u', 'v', 'w', 'x', 'y', 'z'));
}

TEST(idx, reads_compressed_files) {
  const Folder folder;
  const DataSet before = read_idx(folder.path);
  folder.pack("train-images-idx3-ubyte");
  folder.pack("t10k-labels-idx1-ubyte");
  EXPECT_EQ(idx_facts(folder.path).train_size, 2);
  EXPECT_EQ(read_idx(folder.path).train.x, before.train.x);
}

TEST(idx, fashion_mnist_has_class_names_and_pixels_from_0_to_1) {
  const Folder folder;
  const Facts facts = idx_facts(folder.path, fashion_mnist);
  EXPECT_THAT(facts.contents->class_names, ElementsAre("T-shirt/top", "Coat", "Shirt"));  // 0, 4, 6
  EXPECT_FALSE(facts.contents->bytes);
  EXPECT_EQ(read_idx(folder.path, fashion_mnist).divisor, 255);
  EXPECT_EQ(read_idx(folder.path).divisor, 1);
}

TEST(idx, says_how_to_get_fashion_mnist) {
  EXPECT_EQ(idx_error([] { idx_facts("/nowhere", fashion_mnist); }),
            "/nowhere/train-images-idx3-ubyte: no such file, with or without .gz; get Fashion-MNIST with `apt install "
            "dataset-fashion-mnist` (Debian, Ubuntu), or its four files from "
            "https://github.com/zalandoresearch/fashion-mnist and set data.path to their folder");
}

TEST(idx, says_what_is_wrong_with_a_file) {
  const auto text = [](const std::string& bytes) { return idx_error([&] { parse_idx(bytes, "x"); }); };
  EXPECT_EQ(text(""), "x: truncated in the IDX header; download it again");
  EXPECT_EQ(text("PK\x03\x04"), "x: not an IDX file");
  EXPECT_EQ(text(idx({1}, "a", 13)),
            "x: element type 0x0d is not supported; images and labels must be unsigned bytes, 0x08");
  EXPECT_EQ(text(idx({2, 2}, "").substr(0, 9)), "x: truncated in the IDX header; download it again");
  EXPECT_EQ(text(idx({2, 2}, "abc")), "x: has 3 bytes of data, but its shape needs 4; download it again");
  EXPECT_EQ(text(idx({-1, -1, -1}, "")), "x: invalid shape, larger than any file; download it again");
}

TEST(idx, says_what_is_wrong_with_a_folder) {
  const Folder folder;
  std::filesystem::remove(folder.path / "t10k-labels-idx1-ubyte");
  EXPECT_EQ(folder.facts_error(),
            "t10k-labels-idx1-ubyte: no such file, with or without .gz; get MNIST from "
            "https://storage.googleapis.com/cvdf-datasets/mnist/");
  folder.write("t10k-labels-idx1-ubyte", idx({3}, "\1\2\3"));
  EXPECT_EQ(folder.facts_error(),
            "t10k-labels-idx1-ubyte: has 3 labels for the 1 images of t10k-images-idx3-ubyte; get both files from "
            "one source");
  folder.write("t10k-labels-idx1-ubyte", idx({1, 1}, "\1"));
  EXPECT_EQ(folder.facts_error(), "t10k-labels-idx1-ubyte: has 2 dimensions; labels need 1");
  folder.write("t10k-labels-idx1-ubyte", idx({1}, "\1"));
  folder.write("t10k-images-idx3-ubyte", idx({1, 3, 3}, "123456789"));
  EXPECT_EQ(folder.facts_error(),
            "t10k-images-idx3-ubyte: the images differ in size from the training images; get both from one source");
}

TEST(idx, a_truncated_compressed_file_is_reported) {
  const Folder folder;
  folder.pack("train-labels-idx1-ubyte");
  const auto file = folder.path / "train-labels-idx1-ubyte.gz";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 9);
  EXPECT_EQ(folder.facts_error(), "train-labels-idx1-ubyte.gz: truncated; download it again");
}

}  // namespace
