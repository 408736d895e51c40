#include "report/notice.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace descent::report {
namespace {

struct Outcome {
  int status;
  std::string output;
};

Outcome guarded_outcome(const std::function<int()>& body) {
  testing::internal::CaptureStderr();
  const int status = guarded(body);
  return {status, testing::internal::GetCapturedStderr()};
}

TEST(guard, passes_the_status_on) {
  EXPECT_EQ(guarded_outcome([] { return 75; }).status, 75);
}

TEST(guard, prints_every_problem_of_wrong_input_and_exits_2) {
  const Outcome outcome = guarded_outcome([]() -> int {
    throw core::InputError({{"x.json", 3, 7, "model.width", "must be at least 1"}, {"x.json", 0, 0, "", "too much"}});
  });
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.output, "x.json:3:7: model.width: must be at least 1\nx.json: too much\n");
}

TEST(guard, prints_a_fault_and_exits_1) {
  const Outcome outcome = guarded_outcome([]() -> int { throw core::FaultError("disk full"); });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "descent: disk full\n");
}

TEST(guard, says_what_to_do_when_memory_is_short) {
  const Outcome outcome = guarded_outcome([]() -> int { throw std::bad_alloc(); });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "descent: out of memory; use fewer --jobs or a smaller network\n");
}

}  // namespace
}  // namespace descent::report
