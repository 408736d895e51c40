#include "formats/labels.h"

#include <gmock/gmock.h>

#include <numeric>

namespace {

using namespace descent::formats;
using testing::ElementsAre;

TEST(labels, of_one_number_have_one_name) {
  for (const char* text : {"1", "1.0", "+1", "01", "1e0"}) EXPECT_EQ(label_name(text), "1");
  for (const char* text : {"0", "-0", "0.0"}) EXPECT_EQ(label_name(text), "0");
  EXPECT_EQ(label_name("setosa"), "setosa");
}

TEST(labels, are_numbered_in_their_order_and_only_those_that_occur) {
  const auto [names, classes] =
      number_classes<std::string, LabelOrder>(std::vector<std::string>{"10", "b", "2", "a", "10"});
  EXPECT_THAT(names, ElementsAre("2", "10", "a", "b"));
  EXPECT_THAT(classes, ElementsAre(1, 3, 0, 2, 1));
}

TEST(labels, are_targets_with_a_fraction_and_classes_when_whole) {
  EXPECT_EQ(kind_of(std::vector<double>{0, 1, 2, 0}, true), LabelKind::classes);
  EXPECT_EQ(kind_of(std::vector<double>{0, 1, 2.5, 0}, false), LabelKind::targets);
}

TEST(labels, of_very_many_values_are_targets_when_stored_as_real_numbers_and_unclear_otherwise) {
  std::vector<double> labels(400);
  std::iota(labels.begin(), labels.end(), 0);
  EXPECT_EQ(kind_of(labels, true), LabelKind::targets);
  EXPECT_EQ(kind_of(labels, false), LabelKind::unclear);
  EXPECT_EQ(unclear_labels(labels),
            "holds 400 different integers in 400 examples: set data.task to \"regression\", or to "
            "\"classification\" if they are names of classes");
  for (double& label : labels) label = static_cast<int>(label) % 22;  // 2 + sqrt(400)
  EXPECT_EQ(kind_of(labels, false), LabelKind::classes);
}

}  // namespace
