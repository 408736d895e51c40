#include "report/claims.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace descent::report {
namespace {

using claims::Relation;
using claims::Verdict;

std::vector<claims::Judged> three() {
  claims::Check holds{Verdict::holds, "", 0.0484, 0.0361, 0.0607, Relation::at_least, 0.03, 5, false, "", {}};
  claims::Check fails{
      Verdict::fails,         "lr=0.3", std::nullopt, std::nullopt, std::nullopt, Relation::at_most, 1.6, 5, false,
      "2 of 5 runs diverged", {}};
  claims::Check open{Verdict::undecided, "", INFINITY, INFINITY, INFINITY, Relation::less, 50, 5, false, "",
                     {holds, fails}};
  return {{{"The error peaks", "a > 1", "Nakkiran et al. 2019"}, holds},
          {{"It learns", "b < 1", ""}, fails},
          {{"It ends", "c < 1", ""}, open}};
}

TEST(claims, are_a_table_of_verdicts_numbers_and_sentences) {
  EXPECT_EQ(claims_table(three(), {}, false),
            "verdict    measured [95 % interval]   margin  n  claim\n"
            "holds      0.0484 [0.0361, 0.0607]   >= 0.03  5  The error peaks\n"
            "fails      -                          <= 1.6  5  It learns (lr=0.3: 2 of 5 runs diverged)\n"
            "undecided  never [never, never]         < 50  5  It ends\n");
}

TEST(claims, show_their_references_on_request) {
  EXPECT_NE(claims_table(three(), {}, true).find("The error peaks [Nakkiran et al. 2019]\n"), std::string::npos);
}

TEST(claims, have_verdicts_in_color_on_a_terminal) {
  const std::string table = claims_table(three(), {.color = true}, false);
  EXPECT_NE(table.find("\x1b[32mholds\x1b[0m      0.0484"), std::string::npos);
  EXPECT_NE(table.find("\x1b[31mfails\x1b[0m      -"), std::string::npos);
  EXPECT_NE(table.find("\x1b[33mundecided\x1b[0m  never"), std::string::npos);
}

TEST(claims, are_counted_in_words) {
  ClaimCounts counts;
  counts.add(three());
  EXPECT_EQ(counts_text(counts), "3 claims: 1 holds, 1 fails, 1 undecided");
  EXPECT_EQ(counts_text({1, 0, 0}), "1 claim: holds");
  EXPECT_EQ(counts_text({4, 0, 0}), "4 claims: all hold");
  EXPECT_EQ(counts_text({2, 2, 0}), "4 claims: 2 hold, 2 fail");
  EXPECT_EQ(counts_text({}), "no claims");
}

TEST(claims, are_json_with_every_comparison) {
  const auto json = nlohmann::json::parse(claims_json("trial", three()));
  EXPECT_EQ(json["experiment"], "trial");
  EXPECT_EQ(json["fails"], 1);
  EXPECT_EQ(json["claims"][0]["reference"], "Nakkiran et al. 2019");
  EXPECT_EQ(json["claims"][0]["low"], 0.0361);
  EXPECT_EQ(json["claims"][1]["reason"], "2 of 5 runs diverged");
  EXPECT_FALSE(json["claims"][1].contains("measured"));
  EXPECT_FALSE(json["claims"][2].contains("low"));
  EXPECT_EQ(json["claims"][2]["parts"].size(), 2u);
}

}  // namespace
}  // namespace descent::report
