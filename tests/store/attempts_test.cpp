#include "store/attempts.h"

#include <fstream>

#include "core/process.h"
#include "store/fixture.h"

namespace descent::store {
namespace {

using attempts = InFolder;

TEST_F(attempts, are_counted_by_run) {
  const AttemptLog log(out, 3);
  log.begun({"a", "b"});
  log.begun({"b"});
  const auto found = read_attempts(out);
  EXPECT_EQ(found.at("a").count, 1u);
  EXPECT_EQ(found.at("b").count, 2u);
  EXPECT_EQ(found.at("b").process, core::this_process());
  EXPECT_EQ(found.at("b").jobs, 3u);
}

TEST_F(attempts, remember_why_the_last_one_failed) {
  const AttemptLog log(out, 1);
  log.begun({"a", "b"});
  log.failed({"a", "b"}, "no \"memory\"");
  log.begun({"b"});
  EXPECT_EQ(read_attempts(out).at("a").failure, "no \"memory\"");
  EXPECT_EQ(read_attempts(out).at("b").failure, "");
}

TEST_F(attempts, skip_lines_that_cannot_be_read) {
  AttemptLog(out, 1).begun({"a"});
  std::ofstream(out / "attempts.jsonl", std::ios::app) << "{\"begun\": [\"a\"\n[]\n{\"begun\": 3}\n";
  AttemptLog(out, 1).begun({"a"});
  EXPECT_EQ(read_attempts(out).at("a").count, 2u);
}

TEST_F(attempts, of_a_folder_without_a_log_are_none) { EXPECT_TRUE(read_attempts(out).empty()); }

TEST_F(attempts, that_cannot_be_written_are_left_out) { EXPECT_NO_THROW(AttemptLog(out / "absent", 1).begun({"a"})); }

}  // namespace
}  // namespace descent::store
