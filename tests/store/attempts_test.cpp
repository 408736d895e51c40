#include "store/attempts.h"

#include <fstream>

#include "core/process.h"
#include "store/fixture.h"

namespace descent::store {
namespace {

using attempts = InFolder;

TEST_F(attempts, are_counted_by_run) {
  const AttemptLog log(out, 3);
  log.log_start({"a", "b"});
  log.log_start({"b"});
  const auto found = read_attempts(out);
  EXPECT_EQ(found.at("a").count, 1u);
  EXPECT_EQ(found.at("b").count, 2u);
  EXPECT_EQ(found.at("b").process, core::this_process());
  EXPECT_EQ(found.at("b").jobs, 3u);
}

TEST_F(attempts, keep_the_reason_of_the_last_failure) {
  const AttemptLog log(out, 1);
  log.log_start({"a", "b"});
  log.log_failure({"a", "b"}, "no \"memory\"");
  log.log_start({"b"});
  EXPECT_EQ(read_attempts(out).at("a").failure, "no \"memory\"");
  EXPECT_EQ(read_attempts(out).at("b").failure, "");
}

TEST_F(attempts, skip_lines_that_cannot_be_parsed) {
  AttemptLog(out, 1).log_start({"a"});
  std::ofstream(out / "attempts.jsonl", std::ios::app) << "{\"begun\": [\"a\"\n[]\n{\"begun\": 3}\n";
  AttemptLog(out, 1).log_start({"a"});
  EXPECT_EQ(read_attempts(out).at("a").count, 2u);
}

TEST_F(attempts, are_empty_for_a_folder_without_a_log) { EXPECT_TRUE(read_attempts(out).empty()); }

TEST_F(attempts, that_cannot_be_written_are_skipped) {
  EXPECT_NO_THROW(AttemptLog(out / "absent", 1).log_start({"a"}));
}

}  // namespace
}  // namespace descent::store
