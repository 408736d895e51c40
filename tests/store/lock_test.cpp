#include "store/lock.h"

#include <fmt/format.h>

#include <optional>

#include "core/error.h"
#include "core/process.h"
#include "store/fixture.h"

namespace descent::store {
namespace {

using lock = InFolder;

const plan::Plan plan = plan_with({"4"}, 1);

TEST_F(lock, names_the_process_that_holds_it) {
  const Results results(out, plan);
  const FolderLock first(results);
  try {
    const FolderLock second(results);
    FAIL();
  } catch (const core::FaultError& error) {
    EXPECT_EQ(std::string(error.what()),
              fmt::format("{}: process {} is training into this folder; wait for it, or choose another --out",
                          results.folder().string(), core::this_process()));
  }
}

TEST_F(lock, is_released_by_its_holder) {
  const Results results(out, plan);
  std::optional<FolderLock> first(std::in_place, results);
  first.reset();
  EXPECT_NO_THROW(FolderLock second(results));
}

TEST_F(lock, is_separate_for_every_shard) {
  const Results results(out, plan);
  const FolderLock first(results, {1, 2});
  EXPECT_NO_THROW(FolderLock(results, {2, 2}));
  EXPECT_THROW(FolderLock(results, {1, 2}), core::FaultError);
}

TEST_F(lock, of_the_whole_plan_and_of_a_shard_exclude_each_other) {
  const Results results(out, plan);
  std::optional<FolderLock> first(std::in_place, results, plan::Shard{3, 7});
  EXPECT_THROW(FolderLock second(results), core::FaultError);
  first.emplace(results, plan::Shard{});
  EXPECT_THROW(FolderLock(results, {3, 7}), core::FaultError);
}

TEST_F(lock, lists_the_processes_that_train) {
  const Results results(out, plan);
  EXPECT_TRUE(training_processes(results.folder()).empty());
  const FolderLock first(results, {1, 3}), second(results, {3, 3});
  EXPECT_EQ(training_processes(results.folder()),
            (std::vector<std::string>{core::this_process(), core::this_process()}));
}

TEST_F(lock, of_merging_does_not_block_training) {
  const Results results(out, plan);
  const MergeLock merging(results);
  EXPECT_NO_THROW(FolderLock training(results));
  EXPECT_TRUE(training_processes(results.folder()).empty());
}

TEST_F(lock, of_a_shard_keeps_the_unfinished_files_of_others) {
  const Results results(out, plan);
  results.prepare();
  const auto unfinished = results.folder() / "parts" / ".tmp-0123456789abcdef-99999999-0";
  std::filesystem::create_directory(unfinished);
  { const FolderLock shard(results, {1, 2}); }
  EXPECT_TRUE(std::filesystem::exists(unfinished));
  { const FolderLock everything(results); }
  EXPECT_FALSE(std::filesystem::exists(unfinished));
}

}  // namespace
}  // namespace descent::store
