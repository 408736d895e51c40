#include "claims/domain.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace descent::claims {
namespace {

using testing::ElementsAre;

plan::Plan trial_plan() {
  return plan::make_plan(config::read_document_text(
      R"({"data": "mnist1d", "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
          "sweep": {"model.width": [4, 8], "model.norm": ["none", "batch"]}})",
      "trial.json"));
}

std::string error_of(const std::string& selection) {
  const plan::Plan plan = trial_plan();
  try {
    select_points(selection, plan);
  } catch (const core::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(selection, keeps_the_points_that_match_in_plan_order) {
  const plan::Plan plan = trial_plan();
  EXPECT_THAT(select_points("", plan), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(select_points("norm=batch", plan), ElementsAre(1, 3));
  EXPECT_THAT(select_points("width>4, norm=batch", plan), ElementsAre(3));
}

TEST(selection, names_the_place_of_a_mistake) {
  EXPECT_EQ(error_of("width=5"), "width=5: no point has width=5 (one of 4, 8) (at character 7)");
  EXPECT_EQ(error_of("width=4, norm=bathc"),
            "width=4, norm=bathc: no point has norm=bathc; did you mean \"batch\"? (one of none, batch) (at character "
            "15)");
  EXPECT_EQ(error_of("width=4) + points(norm=batch"),
            "width=4) + points(norm=batch: expected only a selection of points (at character 1)");
}

}  // namespace
}  // namespace descent::claims
