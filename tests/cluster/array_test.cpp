#include "cluster/slurm.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace descent::cluster {
namespace {

class array : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_in(results)); }
  void TearDown() override { std::filesystem::remove_all(results); }

  const std::filesystem::path results =
      std::filesystem::path(testing::TempDir()) / ("descent_array_" + std::to_string(getpid()));
};

TEST_F(array, reads_back_what_was_written) {
  EXPECT_FALSE(read_array(results));
  write_array(results, {"abc", 8, 2, {"12", "15"}});
  const std::optional<Array> read = read_array(results);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->plan, "abc");
  EXPECT_EQ(read->shards, 8);
  EXPECT_EQ(read->jobs, 2);
  EXPECT_EQ(read->submitted, (std::vector<std::string>{"12", "15"}));
}

TEST_F(array, that_is_damaged_is_an_error) {
  for (const char* text : {"", "{}", R"({"plan": "abc", "shards": 0, "jobs": 1, "submitted": []})",
                           R"({"plan": "abc", "shards": "x", "jobs": 1, "submitted": []})"}) {
    std::ofstream(folder_in(results) / "array.json") << text;
    EXPECT_THROW(read_array(results), core::InputError) << text;
  }
}

TEST_F(array, selects_its_tasks) {
  const Array own{"abc", 8, 1, {"12", "15"}};
  const std::vector<Task> tasks =
      own.select({{"12", 1, "RUNNING", "", ""}, {"13", 1, "RUNNING", "", ""}, {"15", 2, "PENDING", "", ""}});
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[1].id(), "15_2");
}

}  // namespace
}  // namespace descent::cluster
