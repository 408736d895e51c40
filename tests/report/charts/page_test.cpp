#include "report/charts/page.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/files.h"
#include "report/charts/fixture.h"

namespace descent::report {
namespace {

using page = OfExperiment;
using testing::HasSubstr;
using testing::Not;

const Assets assets{"/* style */", "/* script */", "/* vega */"};

TEST_F(page, shows_question_claims_charts_points_and_provenance) {
  read(
      R"("description": "Does it <b>learn</b>? It does.", "seeds": 2, "claims": [{"says": "It learns", "that": "final_test_error <= 0.5"}])");
  const auto results = finish([](std::size_t, std::int64_t seed) { return 0.3 + 0.01 * static_cast<double>(seed); });
  core::write_file_atomically(
      results.folder() / "manifest.json",
      R"({"argv": ["descent", "run", "a.json"], "descent": {"version": "1", "git": "ab-dirty"}})");
  const Report report{document, plan, results, claims::judge_claims(document, plan, results),
                      charts_of(Source(plan, results))};
  const std::string html = page_of(report, assets);
  EXPECT_THAT(html, HasSubstr("<h1>Does it &lt;b&gt;learn&lt;/b&gt;?</h1>\n<p class=\"lead\">It does.</p>"));
  EXPECT_THAT(html, HasSubstr("1 point, 2 runs: 2 done"));
  EXPECT_THAT(html, HasSubstr("<li class=\"holds\">"));
  EXPECT_THAT(html, HasSubstr("<figure id=\"trial-learning_curves_error\""));
  EXPECT_THAT(html, HasSubstr("<dt>Command</dt><dd>descent run a.json</dd>"));
  EXPECT_THAT(html, HasSubstr("1 (ab-dirty), built with uncommitted changes"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST_F(page, sets_in_the_description_what_is_typed_as_code) {
  read(
      R"("seeds": 1, "description": "Trial of a rate. See final_test_error (or not), then --set lr=0.1, at 95 % of 1/fan_in.")");
  EXPECT_THAT(page_of({document, plan, store::Results(out, plan), {}, {}}, assets),
              HasSubstr("<p class=\"lead\">Trial of a rate. See <code>final_test_error</code> (or not), then "
                        "<code>--set</code> <code>lr=0.1</code>, at 95\u00a0% of 1/fan_in.</p>"));
}

TEST_F(page, lists_the_runs_that_diverged) {
  read(R"("seeds": 1)");
  const store::Results results(out, plan);
  auto diverged = store::result_of(plan.runs[0], 0.5);
  diverged.summary.diverged_step = 12;
  results.write_part({diverged}, {});
  EXPECT_THAT(page_of({document, plan, results, {}, {}}, assets), HasSubstr("<td>diverged</td><td>step 12</td>"));
}

TEST_F(page, of_several_has_contents_in_the_order_of_the_course) {
  core::write_file_atomically(out / "README.md",
                              "| topic | file | time |\n|---|---|---|\n| Depth | [deep.json](deep.json) | 1 s |\n"
                              "|  | [trial.json](trial.json) | 2 s |\n");
  const auto course = read_course(out / "README.md");
  ASSERT_EQ(course.size(), 2u);
  EXPECT_EQ(course[1].topic, "Depth");
  read(R"("seeds": 1)");
  plan::Plan other = plan;
  other.name = "other";
  const store::Results results(out, plan), others(out, other);
  const std::string html =
      gallery_of({{document, other, others, {}, {}}, {document, plan, results, {}, {}}}, course, assets);
  EXPECT_LT(html.find("href=\"#trial\""), html.find("href=\"#other\""));
  EXPECT_THAT(html, HasSubstr("<h2>Depth</h2>"));
  EXPECT_THAT(html, HasSubstr("<h2>More</h2>"));
}

TEST_F(page, needs_the_javascript_of_vega) {
  try {
    read_assets(out);
    FAIL();
  } catch (const core::InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("pip install vl-convert-python"));
  }
}

TEST(html, is_escaped) {
  EXPECT_EQ(escaped("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
  EXPECT_EQ(script_safe("\"</script>\""), "\"\\u003c/script>\"");
}

}  // namespace
}  // namespace descent::report
