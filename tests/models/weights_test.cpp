#include "models/weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <unistd.h>

#include <filesystem>

#include "core/error.h"
#include "models/mlp.h"

namespace descent::models {
namespace {

config::Model small_mlp(std::int64_t width) {
  config::Model model;
  model.width = width;
  model.depth = 1;
  model.norm.kind = config::NormKind::batch;
  return model;
}

std::filesystem::path file() {
  return std::filesystem::path(testing::TempDir()) / ("descent_weights_" + std::to_string(getpid()) + ".safetensors");
}

TEST(weights, load_into_one_replica_changes_no_other) {
  torch::manual_seed(1);
  Mlp saved(small_mlp(3), 4, 2), loaded(small_mlp(3), 4, 2, 2);
  saved->tensors(0)[2].values.fill_(0.5);
  save_weights(*saved, 0, file());
  const at::Tensor before = loaded->tensors(0)[0].values.clone();
  load_weights(*loaded, 1, file());
  for (std::size_t i = 0; i < saved->tensors(0).size(); ++i)
    EXPECT_TRUE(loaded->tensors(1)[i].values.equal(saved->tensors(0)[i].values)) << saved->tensors(0)[i].name;
  EXPECT_TRUE(loaded->tensors(0)[0].values.equal(before));
}

TEST(weights, load_converts_to_the_type_of_the_network) {
  Mlp saved(small_mlp(3), 4, 2), loaded(small_mlp(3), 4, 2);
  saved->to(at::kDouble);
  save_weights(*saved, 0, file());
  load_weights(*loaded, 0, file());
  EXPECT_TRUE(loaded->tensors(0)[0].values.equal(saved->tensors(0)[0].values.to(at::kFloat)));
}

TEST(weights, load_from_another_network_is_an_error_that_lists_the_tensors) {
  config::Model plain = small_mlp(5);
  plain.norm.affine = false;
  plain.depth = 2;
  Mlp saved(plain, 4, 2), loaded(small_mlp(3), 4, 2);
  save_weights(*saved, 0, file());
  const std::string name = file().string() + ": ";
  try {
    load_weights(*loaded, 0, file());
    FAIL();
  } catch (const core::InputError& error) {
    std::vector<std::string> texts;
    for (const core::Problem& problem : error.problems()) texts.push_back(problem.text());
    EXPECT_EQ(texts, (std::vector<std::string>{
                         name + "linear0.weight: has the shape [5, 4], but [3, 4] in the network",
                         name + "linear0.bias: has the shape [5], but [3] in the network",
                         name + "norm0.weight: missing; the file belongs to another network",
                         name + "norm0.bias: missing; the file belongs to another network",
                         name + "norm0.running_mean: has the shape [5], but [3] in the network",
                         name + "norm0.running_var: has the shape [5], but [3] in the network",
                         name + "linear1.weight: has the shape [5, 5], but [2, 3] in the network",
                         name + "linear1.bias: has the shape [5], but [2] in the network",
                         name + "linear2.bias: is not in the network; the file belongs to another one",
                         name + "linear2.weight: is not in the network; the file belongs to another one",
                         name + "norm1.running_mean: is not in the network; the file belongs to another one",
                         name + "norm1.running_var: is not in the network; the file belongs to another one"}));
  }
}

}  // namespace
}  // namespace descent::models
