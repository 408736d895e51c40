#include "report/run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "flips.h"

namespace descent::report {
namespace {

plan::Plan small_plan() {
  plan::Plan plan;
  plan.name = "trial";
  plan.hash = "abc";
  plan.points.resize(2);
  return plan;
}

std::string host() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

TEST(manifest, names_what_the_numbers_depend_on) {
  setenv("OMP_NUM_THREADS", "3", 1);
  const auto start = std::chrono::system_clock::from_time_t(1'700'000'000);
  const std::string text = manifest_json(
      small_plan(), {{"descent", "run", "x.json"}, "2.13.0", {}, {}, 2, 5, 8.5, start, std::chrono::seconds(4)});
  for (const std::string& part : std::vector<std::string>{
           R"("plan_hash": "abc")", R"("start": "2023-11-14T22:13:20Z")", R"("end": "2023-11-14T22:13:24Z")",
           R"("seconds": 4.0)", R"("training_seconds": 8.5)", R"("libtorch": "2.13.0")", R"("OMP_NUM_THREADS": "3")",
           R"("jobs": 2)", R"("runs_trained": 5)", R"("fused on cpu")", R"("host": ")" + host() + '"',
           "\"numerics\": " + std::to_string(plan::numerics), R"("x.json")"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(manifest, survives_arguments_that_are_not_utf8) {
  EXPECT_NE(manifest_json(small_plan(), {.argv = {"\xff"}, .libtorch_version = {}}).find("argv"), std::string::npos);
}

TEST(manifest, is_refused_if_a_bit_of_its_hash_is_flipped) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "descent_manifest";
  fs::create_directories(folder);
  EXPECT_FALSE(has_manifest_of(folder, small_plan()));
  const std::string text = manifest_json(small_plan(), {.argv = {"x"}, .libtorch_version = {}});
  const std::size_t hash = text.find("\"plan_hash\": \"abc\"");
  for (const std::size_t bit : bits_of(text.size())) {
    std::ofstream(folder / "manifest.json", std::ios::binary) << flipped(text, bit);
    const bool found = has_manifest_of(folder, small_plan());
    EXPECT_FALSE(found && bit / 8 >= hash && bit / 8 < hash + 18 && bit / 8 != hash + 12) << bit;
  }
  fs::rename(folder / "manifest.json", folder / "kept");
  fs::create_symlink(folder / "kept", folder / "manifest.json");
  EXPECT_FALSE(has_manifest_of(folder, small_plan()));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace descent::report
