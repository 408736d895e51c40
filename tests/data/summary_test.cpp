#include "data/summary.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "core/files.h"

namespace {

using namespace descent;
using testing::ElementsAre;
using testing::IsEmpty;

config::Experiment of_table(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  core::write_file_atomically(path, text);
  config::Experiment experiment;
  experiment.data.name = config::DataName::csv;
  experiment.data.path = path.string();
  return experiment;
}

// 30 examples, sorted by class as iris is.
std::string sorted_table(double scale = 1) {
  std::string text = "a,b,kind\n";
  for (int i = 0; i < 30; ++i) text += fmt::format("{},{},{}\n", scale * (i % 7), i % 5, i / 10);
  return text;
}

TEST(summary, describes_the_data_and_the_split) {
  const data::Summary summary = data::summarize(of_table("sorted.csv", sorted_table()), 0);
  EXPECT_EQ(summary.text,
            "sorted.csv: 30 rows, 2 features (a, b); label kind: 3 classes 0 (10), 1 (10), 2 (10)\n"
            "  classification; 24 to train, 6 to test (shuffled by seed in proportion to the classes)");
  EXPECT_THAT(summary.warnings, IsEmpty());
}

TEST(summary, describes_the_shape_of_images_and_the_parts_of_generated_data) {
  config::Experiment experiment;
  experiment.data.name = config::DataName::digits;
  EXPECT_EQ(data::summarize(experiment, 0).text,
            "digits: 1797 examples, images of 1 x 8 x 8 (channels x height x width); 10 classes\n"
            "  classification; 1438 to train, 359 to test (shuffled by seed in proportion to the classes)");
  experiment.data.name = config::DataName::sinusoid;
  EXPECT_EQ(data::summarize(experiment, 0).text,
            "sinusoid: 25 examples, 1 feature; 1 real target\n  regression; 25 to train, 1000 to test (generated)");
}

TEST(summary, warns_of_classes_that_a_part_lacks) {
  config::Experiment experiment = of_table("sorted.csv", sorted_table());
  experiment.data.subset = config::Subset::first;
  experiment.data.train_size = 20;
  EXPECT_THAT(
      data::summarize(experiment, 0).warnings,
      ElementsAre("class \"2\" has no training examples; data.subset \"stratified\" shuffles the examples",
                  "classes \"0\", \"1\" have no test examples; data.subset \"stratified\" shuffles the examples"));
  experiment.data.subset = config::Subset::automatic;
  experiment.data.test_size = 2;
  EXPECT_THAT(data::summarize(experiment, 0).warnings, ElementsAre("2 test examples for 3 classes"));
}

TEST(summary, warns_of_features_that_normalization_should_change_or_cannot) {
  config::Experiment experiment = of_table("large.csv", sorted_table(100));
  EXPECT_THAT(data::summarize(experiment, 0).warnings,
              ElementsAre("column \"a\" reaches 600 and is not normalized; set data.normalize to \"standard\""));
  experiment = of_table("constant.csv", sorted_table(0));
  experiment.data.normalize = config::Normalize::standard;
  EXPECT_THAT(data::summarize(experiment, 0).warnings,
              ElementsAre("column \"a\" has one value; data.normalize makes it 0"));
  experiment = of_table("constants.csv", "a,b,c,y\n1,3,0,u\n1,2,0,v\n1,1,0,u\n1,5,0,v\n1,3,0,u\n");
  experiment.data.normalize = config::Normalize::standard;
  EXPECT_THAT(data::summarize(experiment, 0).warnings,
              testing::Contains("2 columns have one value each: \"a\", \"c\"; data.normalize makes them 0"));
}

TEST(summary, warns_of_large_targets_unless_they_are_normalized) {
  config::Experiment experiment = of_table("targets.csv", "a,y\n3,310.5\n1,20\n2,-120\n5,7\n4,8\n");
  EXPECT_THAT(data::summarize(experiment, 0).warnings,
              ElementsAre("targets reach 310.5 and are not normalized; set data.normalize_targets to true"));
  experiment.data.normalize_targets = true;
  EXPECT_THAT(data::summarize(experiment, 0).warnings, testing::IsEmpty());
}

}  // namespace
