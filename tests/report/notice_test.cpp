#include "report/notice.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

namespace descent::report {
namespace {

std::string written(const std::function<void()>& write) {
  testing::internal::CaptureStderr();
  write();
  return testing::internal::GetCapturedStderr();
}

TEST(notices, are_lines) {
  EXPECT_EQ(written([] { warn("a\nb"); }), "a b\n");
  EXPECT_EQ(written([] {
              report_error({"x.json", 3, 7, "model.width", "must be at least 1"});
            }),
            "x.json:3:7: model.width: must be at least 1\n");
}

TEST(notices, are_events_on_request) {
  EXPECT_EXIT(
      {
        write_notices_as_events();
        warn("a\nb");
        report_error("descent: disk full");
        report_error({"x.json", 3, 7, "model.width", "must be at least 1"});
        std::exit(0);
      },
      testing::ExitedWithCode(0),
      R"(\{"event":"warning","message":"a\\nb"\}
\{"event":"error","message":"descent: disk full"\}
\{"event":"error","file":"x.json","path":"model.width","message":"must be at least 1","line":3,"column":7\}
)");
}

}  // namespace
}  // namespace descent::report
