#pragma once
// A plan and results made by hand, in a folder of their own.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/files.h"
#include "core/sha256.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent::store {

class InFolder : public testing::Test {
 protected:
  InFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    out = std::filesystem::path(testing::TempDir()) / (std::string("descent_") + test->name());
    std::filesystem::remove_all(out);
    std::filesystem::create_directories(out);
  }
  ~InFolder() override { std::filesystem::remove_all(out); }

  std::string read(const std::string& name) const { return core::read_file(out / "trial" / name); }

  std::filesystem::path out;
};

// Points with the values "4", "8", ... of the factor model.width, each with the seeds 0 ... seeds-1.
inline plan::Plan plan_with(std::vector<std::string> widths, std::int64_t seeds) {
  plan::Plan plan;
  plan.name = "trial";
  plan.factors = {"model.width"};
  for (const std::string& width : widths) {
    for (std::int64_t seed = 0; seed < seeds; ++seed)
      plan.runs.push_back({plan.points.size(), seed, core::sha256(width + "/" + std::to_string(seed))});
    plan.points.push_back({{width}, {}});
  }
  return plan;
}

// Two evaluations; the final test error is `error`.
inline RunResult result_of(const plan::Run& run, double error) {
  RunResult result{run.hash, {}, {}};
  result.curve.resize(2);
  result.curve[1].epoch = 1;
  result.curve[1].step = 40;
  result.curve[1].metrics.test.error = error;
  result.curve[1].lr = 0.1;
  result.summary.parameters = 418;
  result.summary.final = result.curve[1];
  return result;
}

}  // namespace descent::store
