#include "formats/labels.h"

#include <gmock/gmock.h>

#include <numeric>

namespace {

using namespace descent::formats;
using testing::ElementsAre;

TEST(labels, of_equal_numbers_have_the_same_name) {
  for (const char* text : {"1", "1.0", "+1", "01", "1e0"}) EXPECT_EQ(label_name(text), "1");
  for (const char* text : {"0", "-0", "0.0"}) EXPECT_EQ(label_name(text), "0");
  EXPECT_EQ(label_name("setosa"), "setosa");
}

TEST(labels, are_numbered_in_order) {
  const auto [names, classes] =
      number_classes<std::string, LabelOrder>(std::vector<std::string>{"10", "b", "2", "a", "10"});
  EXPECT_THAT(names, ElementsAre("2", "10", "a", "b"));
  EXPECT_THAT(classes, ElementsAre(1, 3, 0, 2, 1));
}

TEST(labels, are_targets_with_a_fraction_and_classes_if_integers) {
  EXPECT_EQ(kind_of(std::vector<double>{0, 1, 2, 0}, true), LabelKind::classes);
  EXPECT_EQ(kind_of(std::vector<double>{0, 1, 2.5, 0}, false), LabelKind::targets);
}

TEST(labels, with_many_values_are_targets_if_floats_and_unclear_otherwise) {
  std::vector<double> labels(400);
  std::iota(labels.begin(), labels.end(), 0);
  EXPECT_EQ(kind_of(labels, true), LabelKind::targets);
  EXPECT_EQ(kind_of(labels, false), LabelKind::unclear);
  EXPECT_EQ(unclear_labels(labels),
            "has 400 different integers in 400 examples: set data.task to \"regression\", or to \"classification\" if "
            "they are class labels");
  for (double& label : labels) label = static_cast<int>(label) % 22;  // 2 + sqrt(400)
  EXPECT_EQ(kind_of(labels, false), LabelKind::classes);
}

}  // namespace
