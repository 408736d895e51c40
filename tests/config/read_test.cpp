#include "config/read.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/files.h"
#include "core/random.h"

namespace descent::config {
namespace {

namespace fs = std::filesystem;

class read_file_of : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "descent-read-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder); }
  static std::string error_of(const fs::path& path) {
    try {
      read_document(path.string());
    } catch (const core::InputError& error) {
      return error.what();
    }
    return "";
  }
  fs::path folder;
};

TEST_F(read_file_of, a_missing_file_says_so) {
  EXPECT_EQ(error_of(folder / "x.json"), (folder / "x.json").string() + ": no such file");
}

TEST_F(read_file_of, a_folder_says_so) { EXPECT_EQ(error_of(folder), folder.string() + ": is a folder, not a file"); }

TEST_F(read_file_of, two_hundred_megabytes_are_refused_without_reading) {
  std::ofstream(folder / "x.json").put('{');
  fs::resize_file(folder / "x.json", 200'000'000);
  EXPECT_EQ(error_of(folder / "x.json"),
            (folder / "x.json").string() + ": larger than 16777216 bytes, the maximum size of such a file");
}

TEST_F(read_file_of, the_name_defaults_to_that_of_the_file) {
  std::ofstream(folder / "my-widths.json") << R"({"model": {"hidden": []}, "train": {"epochs": 1}})";
  EXPECT_EQ(read_document((folder / "my-widths.json").string()).base.name, "my-widths");
}

TEST_F(read_file_of, a_data_path_is_relative_to_the_file) {
  fs::create_directories(folder / "data");
  std::ofstream(folder / "data/t.csv") << "a,b,y\n1,2,0\n3,4,1\n5,6,0\n";
  std::ofstream(folder / "x.json") << R"({"data": {"name": "csv", "path": "data/t.csv", "train_size": 2},
    "model": {"width": 4, "depth": 1}, "train": {"epochs": 1, "batch_size": 2}})";
  const Document document = read_document((folder / "x.json").string());
  EXPECT_EQ(document.base.data.path, (folder / "data/t.csv").string());
  EXPECT_EQ(document.points[0].data.path, (folder / "data/t.csv").string());
  const SplitSizes sizes = split_sizes(document.points[0].data);
  EXPECT_EQ(sizes.train, 2);
  EXPECT_EQ(sizes.test, 1);
  EXPECT_EQ(error_of(folder / "x.json"), "");
  fs::remove(folder / "data/t.csv");
}

TEST_F(read_file_of, data_of_one_class_are_refused) {
  std::ofstream(folder / "one.csv") << "a,y\n1,0\n2,0\n3,0\n4,0\n";
  std::ofstream(folder / "x.json") << R"({"data": {"name": "csv", "path": "one.csv", "train_size": 2},
    "model": {"width": 4, "depth": 1}, "train": {"epochs": 1, "batch_size": 2}})";
  EXPECT_EQ(error_of(folder / "x.json"),
            (folder / "x.json").string() +
                ":1:19: data.name: all examples belong to the same class: there is nothing to learn");
}

TEST(read, a_file_name_that_is_not_a_valid_name_is_refused) {
  try {
    read_document_text(R"({"model": {"hidden": []}, "train": {"epochs": 1}})", "my widths.json");
    FAIL();
  } catch (const core::InputError& error) {
    EXPECT_STREQ(
        error.what(),
        "my widths.json:1:1: name: \"my widths\", from the name of the file, is not a valid folder name: use up to 100 "
        "letters, digits, '.', '_' and '-', not starting with '.'");
  }
}

TEST(read, a_point_repeats_the_base_but_for_its_factors) {
  const Document document = read(sweep(R"({"model.width": [4]})"));
  EXPECT_EQ(document.base.model.width, 8);
  EXPECT_EQ(document.points[0].model.width, 4);
  EXPECT_EQ(document.points[0].model.depth, 2);
}

TEST(read, the_sweep_may_complete_the_base) {
  EXPECT_EQ(read(R"({"model": {"depth": 1}, "train": {"epochs": 1}, "sweep": {"model.width": [1, 2]}})").points.size(),
            2u);
}

TEST(read, every_shipped_experiment_can_be_read) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(DESCENT_SOURCE_DIR) / "experiments"))
    if (entry.path().extension() == ".json") {
      EXPECT_NO_THROW(read_document(entry.path().string())) << entry;
      ++files;
    }
  EXPECT_GE(files, 2);
}

// Any input gives a document or an InputError.
TEST(read, damaged_files_never_crash) {
  const std::string good =
      sweep(R"([{"model.norm": ["none", {"kind": "batch"}], "model.dropout": {"range": [0, 0.5, 0.1]}},
                                     {"zip": {"model.width": [1, null], "train.optimizer": ["adam", "sgd"]}}])");
  core::Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text = good;
    for (std::uint32_t edits = 1 + random.below(4); edits > 0; --edits) {
      const std::uint32_t at = random.below(static_cast<std::uint32_t>(text.size())), length = 1 + random.below(12);
      switch (random.below(3)) {
        case 0: text[at] = static_cast<char>(random.below(256)); break;
        case 1: text.erase(at, length); break;
        default: text.insert(at, good, random.below(static_cast<std::uint32_t>(good.size())), length);
      }
    }
    try {
      read(text);
    } catch (const core::InputError&) {
    }
  }
}

}  // namespace
}  // namespace descent::config
