#include "config/data_facts.h"

#include <gmock/gmock.h>

#include "config/files.h"
#include "formats/idx.h"
#include "formats/idx_files.h"

namespace descent::config {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(data_facts, a_wrong_file_for_fashion_mnist_is_reported_with_its_checksum) {
  const formats::IdxFolder folder;
  const std::string problems =
      problems_of(data(R"({"name": "fashion_mnist", "path": ")" + folder.path.string() + "\"}"));
  EXPECT_THAT(problems, HasSubstr("x.json:1:44: data.path: " + folder.path.string() +
                                  "/train-images-idx3-ubyte: not a file of Fashion-MNIST (SHA-256 is "));
  EXPECT_THAT(problems, EndsWith("); download it again, or use data.name \"idx\" for other data in this format"));
}

TEST(data_facts, fashion_mnist_defaults_to_the_folder_of_the_debian_package) {
  const bool installed = std::filesystem::exists(formats::fashion_mnist_folder);
  const std::string problems = problems_of(data(R"("fashion_mnist")"));
  if (!installed) {
    EXPECT_THAT(problems, HasSubstr("data.path: /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte: missing"));
    GTEST_SKIP() << "apt install dataset-fashion-mnist";
  }
  const Document document = read(data(R"("fashion_mnist")"));
  EXPECT_EQ(document.base.data.path, formats::fashion_mnist_folder);
  const DataFacts facts = data_facts(document.points[0].data);
  EXPECT_EQ(facts.train_size, 60000);
  EXPECT_EQ(facts.test_size, 10000);
  EXPECT_EQ(facts.stored, (Shape{1, 28, 28}));
  EXPECT_EQ(facts.contents->class_names.back(), "Ankle boot");
}

}  // namespace
}  // namespace descent::config
