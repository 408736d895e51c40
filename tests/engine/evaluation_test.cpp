#include "engine/evaluation.h"

#include <gtest/gtest.h>

namespace descent::engine {
namespace {

// The sizes of the passes over `size` examples.
std::vector<std::int64_t> passes(const config::Model& model, std::int64_t rows, std::int64_t size) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t start = 0; start < size; start += sizes.back())
    sizes.push_back(pass_size(model, start, rows, size));
  return sizes;
}

TEST(evaluation, never_leaves_a_batch_of_one_to_batch_statistics) {
  using Sizes = std::vector<std::int64_t>;
  config::Model model;
  model.norm = {.kind = config::NormKind::batch, .predict_with = config::PredictWith::batch};
  EXPECT_EQ(passes(model, 2, 5), (Sizes{2, 3}));
  EXPECT_EQ(passes(model, 2, 4), (Sizes{2, 2}));
  EXPECT_EQ(passes(model, 3, 7), (Sizes{3, 2, 2}));
  EXPECT_EQ(passes(model, 100, 201), (Sizes{100, 99, 2}));
  model.norm.predict_with = config::PredictWith::running;
  EXPECT_EQ(passes(model, 2, 5), (Sizes{2, 2, 1}));
}

}  // namespace
}  // namespace descent::engine
