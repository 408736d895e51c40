#include "report/charts/page.h"

#include <gmock/gmock.h>

#include "core/files.h"
#include "store/fixture.h"

namespace descent::report {
namespace {

using files = store::InFolder;

TEST_F(files, are_specifications_with_title_and_colours) {
  const Chart chart{"final_error", "Final error", "", {{"mark", "point"}}};
  const auto written = write_charts({chart}, "vl", out / "charts", out);
  ASSERT_EQ(written, std::vector<std::filesystem::path>{out / "charts/final_error.vl.json"});
  const Json spec = Json::parse(core::read_file(written[0]));
  EXPECT_EQ(spec["title"], "Final error");
  EXPECT_EQ(spec["config"]["legend"]["columns"], 11);  // as many short labels as fit
  EXPECT_EQ(spec["config"]["range"]["category"][0], "#0072b2");
}

}  // namespace
}  // namespace descent::report
