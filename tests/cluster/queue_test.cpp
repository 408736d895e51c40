#include "cluster/slurm.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace descent::cluster {
namespace {

TEST(queue, is_parsed_from_the_output_of_squeue) {
  const std::vector<Task> tasks = parse_queue(
      "12|3|RUNNING|1:22|None\n12|4|PENDING|0:00|Priority\n13|N/A|RUNNING|0:01|None\n"
      "12|5|COMPLETING|2:00|None\nslurm: a note\n");
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_EQ(tasks[0].id(), "12_3");
  EXPECT_EQ(tasks[0].elapsed, "1:22");
  EXPECT_EQ(tasks[1].state, "PENDING");
  EXPECT_EQ(tasks[1].reason, "Priority");
  EXPECT_FALSE(tasks[1].is_ending());
  EXPECT_TRUE(tasks[2].is_ending());
}

TEST(queue, formats_indices_as_ranges) {
  EXPECT_EQ(ranges({1, 2, 3, 7}), "1-3,7");
  EXPECT_EQ(ranges({2}), "2");
  EXPECT_EQ(ranges({1, 3, 4}), "1,3-4");
  EXPECT_EQ(ranges({}), "");
}

TEST(queue, submits_scripts_from_any_folder) {
  EXPECT_EQ(submission("/my results", " --array=2", "task.sh"),
            "sbatch --parsable --chdir='/my results' --array=2 '/my results/task.sh'");
}

TEST(queue, finds_the_job_number_among_notes_of_the_cluster) {
  EXPECT_EQ(submit("printf 'sbatch: welcome\n12;north\n'"), "12");
  EXPECT_EQ(submit("echo 7"), "7");
  EXPECT_THROW(submit("echo nothing"), core::FaultError);
}

TEST(queue, reports_why_a_program_failed) {
  const auto error_of = [](const char* command) {
    try {
      return command_output(command);
    } catch (const core::FaultError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(error_of("sh -c 'echo Invalid account >&2 && false'"), "sh failed: Invalid account");
  EXPECT_EQ(error_of("descent-has-no-such-program --now"),
            "descent-has-no-such-program: not found; this machine does not belong to a Slurm cluster");
}

TEST(queue, quotes_for_the_shell) {
  EXPECT_EQ(command_output("printf %s " + shell_quoted("it's $HOME")), "it's $HOME");
}

}  // namespace
}  // namespace descent::cluster
