#include "formats/cifar10.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "core/error.h"
#include "core/files.h"

namespace {

using namespace descent::formats;
using testing::ElementsAre;

std::string record(char label, char pixel) { return label + std::string(3072, pixel); }

std::string cifar10_error(const std::string& bytes) {
  std::vector<std::uint8_t> x;
  std::vector<std::int32_t> y;
  try {
    append_cifar10(bytes, "b.bin", x, y);
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(cifar10, reads_five_training_batches_and_a_test_batch) {
  const auto folder = std::filesystem::path(testing::TempDir()) / fmt::format("descent_cifar_{}", getpid());
  std::filesystem::create_directories(folder / "cifar-10-batches-bin");
  for (int i = 1; i <= 5; ++i)
    descent::core::write_file_atomically(folder / fmt::format("cifar-10-batches-bin/data_batch_{}.bin", i),
                                         record(static_cast<char>(i), 'a'));
  descent::core::write_file_atomically(folder / "cifar-10-batches-bin/test_batch.bin", record(7, 'b') + record(8, 'c'));
  const Facts facts = cifar10_facts(folder);
  EXPECT_EQ(facts.train_size, 5);
  EXPECT_EQ(facts.test_size, 2);
  EXPECT_EQ(facts.stored, (Shape{3, 32, 32}));
  EXPECT_TRUE(facts.contents->bytes);  // causes the warning about missing normalization
  const DataSet set = read_cifar10(folder);
  EXPECT_THAT(set.train.y, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(set.test.y, ElementsAre(7, 8));
  EXPECT_EQ(std::get<1>(set.test.x)[3072], 'c');
  std::filesystem::remove_all(folder);
}

TEST(cifar10, says_what_is_wrong_with_a_batch) {
  const std::string remedy = "unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz there";
  EXPECT_EQ(cifar10_error("ab"),
            "b.bin: has 2 bytes, which is not a multiple of the 3073 bytes of an image with its label; " + remedy);
  EXPECT_EQ(cifar10_error(record(3, 'a') + record(10, 'a')),
            "b.bin: label 10 of image 1 is not in the range from 0 to 9; " + remedy);
  EXPECT_EQ(cifar10_error(""),
            "b.bin: has 0 bytes, which is not a multiple of the 3073 bytes of an image with its label; " + remedy);
}

TEST(cifar10, a_missing_batch_is_reported_with_its_source) {
  try {
    cifar10_facts("/nowhere");
    FAIL();
  } catch (const descent::core::InputError& error) {
    EXPECT_STREQ(error.what(),
                 "/nowhere/data_batch_1.bin: no such file, with or without .gz; unpack "
                 "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz there");
  }
}

}  // namespace
