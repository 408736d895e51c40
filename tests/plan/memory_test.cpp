#include "plan/memory.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/process.h"
#include "plan/document.h"

namespace descent::plan {
namespace {

const std::string wide = R"({"data": {"name": "mnist1d", "train_size": 100, "test_size": 100},
  "model": {"hidden": [20000, 20000]}, "train": {"epochs": 1, "batch_size": 100, "optimizer": "adam"}})";
// Weights 40 * 20000 + 20000^2 + 20000 * 10: themselves, gradients, two moments; 100 examples in 40010 units and
// their inputs, in single precision.
constexpr double network = 4 * (4 * 401e6 + 100 * (40010 + 40)), data = 200 * 40 * (8 + 4);

std::string error_of(std::size_t jobs, double limit) {
  try {
    check_memory(plan_of(wide), "x.json", jobs, limit);
  } catch (const core::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(memory, counts_data_parameters_and_the_activations_of_a_batch) {
  const Memory memory = memory_of(plan_of(wide).points[0].experiment);
  EXPECT_EQ(memory.data, data);
  EXPECT_EQ(memory.network, network);
  EXPECT_EQ(memory.total(3), data + 3 * network);
}

TEST(memory, refuses_experiments_that_do_not_fit_and_says_how_many_jobs_would) {
  const double gib = 1 << 30;
  EXPECT_EQ(error_of(2, 16 * gib), "");
  EXPECT_EQ(error_of(4, 16 * gib),
            "x.json: model: training 4 runs at the same time needs at least 24 GiB of memory, but only 16 GiB are "
            "available; use --jobs 2 or less");
  EXPECT_EQ(error_of(1, 4 * gib),
            "x.json: model: a run needs at least 5.99 GiB of memory, but only 4 GiB are available; make the network, "
            "the batches or the data smaller");
  EXPECT_EQ(jobs_that_fit(plan_of(wide), 20 * gib), 3u);
  EXPECT_EQ(jobs_that_fit(plan_of(wide), gib), 1u);
}

TEST(memory, of_the_machine_is_positive) { EXPECT_GT(core::memory_limit(), 1 << 20); }

}  // namespace
}  // namespace descent::plan
