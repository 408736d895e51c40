#include "report/charts/factors.h"

#include "report/charts/fixture.h"

namespace descent::report {
namespace {

using factors = OfExperiment;

TEST_F(factors, have_numbers_in_ascending_order_and_categories_as_given) {
  read(R"("sweep": {"model.width": [64, 4, 16], "model.init": ["xavier_normal", "he_normal"]})");
  const auto found = varying_factors(plan);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].levels, (std::vector<std::string>{"4", "16", "64"}));
  EXPECT_EQ(found[0].spacing, Spacing::logarithmic);
  EXPECT_EQ(found[1].levels, (std::vector<std::string>{"xavier_normal", "he_normal"}));
  EXPECT_FALSE(found[1].numeric());
  EXPECT_EQ(label_of(pointers_to(found), 0), "width=64, init=xavier_normal");
}

TEST_F(factors, leave_out_what_follows_from_another) {
  read(R"("sweep": {"zip": {"train.batch_size": [10, 20], "train.epochs": [5, 7]}})");
  const auto found = varying_factors(plan);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "batch_size");
}

TEST_F(factors, are_not_named_without_an_effect) {
  read(R"("sweep": [{"model.init.scheme": ["he_normal"], "model.residual": [false], "model.depth": [2]},
                    {"model.init.scheme": ["he_normal"], "model.residual": [true], "model.depth": [2],
                     "model.branch_init": ["one", "zero"]}])");
  const auto found = varying_factors(plan);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].levels, (std::vector<std::string>{"-", "one", "zero"}));
  EXPECT_EQ(label_of(pointers_to(found), 0), "residual=false");
  EXPECT_EQ(label_of(pointers_to(found), 2), "residual=true, branch_init=zero");
  EXPECT_EQ(merge_categories(found)[0].levels,
            (std::vector<std::string>{"residual=false", "residual=true, one", "residual=true, zero"}));
}

TEST(spacing, follows_the_range) {
  EXPECT_EQ(spacing_of({1, 2, 3}), Spacing::linear);
  EXPECT_EQ(spacing_of({0.001, 0.01, 0.1}), Spacing::logarithmic);
  EXPECT_EQ(spacing_of({0, 0.001, 0.1}), Spacing::from_zero);
  EXPECT_EQ(spacing_of({-1, 100}), Spacing::linear);
}

TEST_F(factors, become_axis_colour_and_panels) {
  read(R"("sweep": {"model.norm": ["none", "batch"], "model.width": [4, 8, 16], "data.label_noise.rate": [0, 0.1]})");
  const auto found = varying_factors(plan);
  const Layout layout = layout_of(found, 3);
  EXPECT_EQ(layout.x, &found[1]);
  EXPECT_EQ(layout.color, &found[0]);
  EXPECT_EQ(layout.panel, Factors{&found[2]});
  EXPECT_EQ(layout_of(found, SIZE_MAX).x, nullptr);
  EXPECT_EQ(found[2].title(), "label noise rate");
}

TEST_F(factors, are_no_axis_if_they_only_follow_the_branches_of_a_union) {
  read(R"("sweep": [{"model.norm": ["none"], "lr": [0.1]}, {"model.norm": ["batch"], "lr": [0.2, 0.3]},
                    {"model.norm": ["layer"], "lr": [0.4]}])");
  const auto found = varying_factors(plan);
  EXPECT_EQ(layout_of(found, 3).x, nullptr);
}

TEST_F(factors, of_a_union_are_merged_if_few_combinations_occur) {
  const Factor scheme{"model.init.scheme", "init", {"he", "default"}, {}, {0, 0, 0, 1}},
      residual{"model.residual", "residual", {"false", "true"}, {}, {0, 1, 1, 1}},
      depth{"model.depth", "depth", {"3", "11"}, {3, 11}, {0, 0, 1, 1}};
  const std::vector<Factor> factors = merge_categories({scheme, residual, depth});
  ASSERT_EQ(factors.size(), 2u);
  EXPECT_EQ(factors[0].title(), "init scheme, residual");
  EXPECT_EQ(factors[0].levels,
            (std::vector<std::string>{"he, residual=false", "he, residual=true", "default, residual=true"}));
  EXPECT_EQ(label_of(pointers_to(factors), 2), "he, residual=true, depth=11");
  const Factor other{"model.norm.kind", "norm", {"none", "batch"}, {}, {0, 1, 0, 1}};
  const Factor half{"model.residual", "residual", {"false", "true"}, {}, {0, 0, 1, 1}};
  EXPECT_EQ(merge_categories({half, other}).size(), 2u);  // all four combinations
}

}  // namespace
}  // namespace descent::report
