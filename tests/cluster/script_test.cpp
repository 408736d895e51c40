#include "cluster/slurm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace descent::cluster {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(script, reads_time_limits_as_sbatch_does) {
  EXPECT_EQ(seconds_of("90"), 5400);
  EXPECT_EQ(seconds_of("1:30"), 90);
  EXPECT_EQ(seconds_of("2:00:05"), 7205);
  EXPECT_EQ(seconds_of("1-12"), 129600);
  EXPECT_EQ(seconds_of("1-12:30"), 131400);
  EXPECT_EQ(seconds_of("0-0:0:7"), 7);
  for (const char* time : {"", "1h", "-5", "1:2:3:4", "1-", "x-1", "1.5"}) {
    try {
      seconds_of(time);
      FAIL() << time;
    } catch (const core::InputError& error) {
      EXPECT_EQ(std::string(error.what()), std::string("--time \"") + time +
                                               "\": must be minutes, hours:minutes:seconds or days-hours, as for "
                                               "sbatch");
    }
  }
}

TEST(script, of_a_task_replaces_itself_by_the_program) {
  const Scripts scripts{"trial", "/opt/my descent", "/home/it's/results", 8, 2, {.time = "10", .cpus = 2}};
  EXPECT_EQ(scripts.task(), R"(#!/bin/bash
#SBATCH --job-name=descent-trial
#SBATCH --array=1-8
#SBATCH --ntasks=1
#SBATCH --output=%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@60
#SBATCH --cpus-per-task=2
#SBATCH --time=10
# Before the time limit, USR1 makes the task write its checkpoints and return to the queue.
export DESCENT_REQUEUE="${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
# With exec, signals to this script reach the program.
exec '/opt/my descent' run experiment.json --out '/home/it'\''s/results' --shard "$SLURM_ARRAY_TASK_ID/8" --jobs 2
)");
}

TEST(script, contains_the_requested_resources) {
  const Request request{"1:00:00", "gpu", "course", "4G", 4, 2, "--qos=long --nice"};
  const std::string text = Scripts{"trial", "/d", "/r", 1, 2, request}.task();
  for (const char* line : {"--time=1:00:00", "--partition=gpu", "--account=course", "--mem=4G", "--cpus-per-task=4",
                           "--gpus=2", "--qos=long --nice", "--signal=B:USR1@120"})
    EXPECT_THAT(text, HasSubstr(std::string("#SBATCH ") + line + "\n"));
}

TEST(script, that_follows_the_array_runs_every_step_and_fails_if_one_does) {
  Scripts scripts{"trial", "/d", "/r", 8, 2, {.partition = "gpu", .gpus = 2}};
  EXPECT_EQ(scripts.finish(), R"(#!/bin/bash
#SBATCH --job-name=descent-trial-finish
#SBATCH --ntasks=1
#SBATCH --output=%j.log
#SBATCH --partition=gpu
status=0
'/d' merge experiment.json --out '/r' || status=$?
'/d' report experiment.json --out '/r' || status=$?
exit $status
)");
  scripts.has_claims = true;
  EXPECT_THAT(scripts.finish(), HasSubstr("'/d' verify experiment.json --out '/r' || status=$?\n'/d' report "));
}

}  // namespace
}  // namespace descent::cluster
