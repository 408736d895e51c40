#include "report/status.h"

#include <gtest/gtest.h>

namespace descent::report {
namespace {

ArrayStatus running() {
  ArrayStatus status;
  status.array = {"abc", 4, 1, {"12"}};
  status.shards = {{1, 18, 18, "done", "", "", "", 0.0},
                   {2, 17, 4, "running", "12_2", "1:22", "", 40.0},
                   {3, 18, 0, "pending", "12_3", "0:00", "Resources", 90.0},
                   {4, 18, 3, "failed", "", "", "", 70.0}};
  return status;
}

TEST(array, as_text_counts_its_shards_and_shows_those_that_are_not_done) {
  EXPECT_EQ(array_text(running(), {}), R"(Slurm job 12: 4 shards: 1 done, 1 running, 1 pending, 1 failed
shard  runs  finished    state  task  elapsed  left     reason
    2    17         4  running  12_2     1:22  0:40
    3    18         0  pending  12_3     0:00  1:30  Resources
    4    18         3   failed                 1:10
failed: ended before its runs finished, see its log in slurm/; descent slurm submits it again
)");
}

TEST(array, as_json_holds_the_same) {
  const Json json = array_json(running());
  EXPECT_EQ(json["jobs"], Json({"12"}));
  EXPECT_EQ(json["shards"][1]["state"], "running");
  EXPECT_EQ(json["shards"][2]["seconds_left"], 90);
}

}  // namespace
}  // namespace descent::report
