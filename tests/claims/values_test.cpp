#include "claims/evaluate.h"

#include "claims/claims.h"
#include "claims/read.h"
#include "stats/ensembles.h"
#include "stats/made_up.h"

namespace descent::claims {
namespace {

class values : public store::InFolder {
 protected:
  // What is claimed, on seven seeds of two widths; `settings` ends the experiment.
  std::vector<Judged> judged(const std::string& settings, const std::vector<std::string>& claims) {
    std::string text =
        R"({"data": {"name": "spirals", "test_size": 50, "generator": {"classes": 3}}, "seeds": 7, "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
      "sweep": {"model.width": [4, 8]}, )" +
        settings + ", \"claims\": [";
    for (const std::string& claim : claims)
      text += (&claim == &claims[0] ? "" : ",") + ("{\"says\": \"x\", \"that\": \"" + claim + "\"}");
    const auto document = read_document_text(text + "]}", "trial.json");
    plan = plan::make_plan(document);
    const store::Results results(out, plan);
    std::vector<store::RunResult> rows;
    for (const plan::Run& run : plan.runs) {
      rows.push_back(store::result_of(run, 0.25));
      rows.back().predictions = stats::random_probabilities(run.point * 100 + static_cast<std::uint64_t>(run.seed));
    }
    results.write_part(rows, {});
    ensembles = stats::ensembles_of(results, plan);
    decompositions = stats::bias_variance_of(results, plan);
    return judge_claims(document, plan, results);
  }

  plan::Plan plan;
  std::vector<stats::EnsembleScore> ensembles;
  std::vector<stats::BiasVariance> decompositions;
};

TEST_F(values, are_the_numbers_of_their_files_with_intervals) {
  const auto found = judged(R"("bias_variance": true, "ensemble": {"of": "seeds", "sizes": [1, 7]})",
                            {"ensemble(loss, size=7, width=8) > 0", "bias_variance(cross_entropy_bias, width=4) > 0",
                             "ensemble(loss, size=7) < ensemble(member_loss, size=7)"});
  EXPECT_NEAR(*found[0].check.measured, ensembles.back().score.loss, 1e-12);
  EXPECT_NEAR(*found[1].check.measured, *decompositions[0].cross_entropy_bias, 1e-12);
  for (const Judged& claim : found) {
    EXPECT_EQ(claim.check.verdict, Verdict::holds);
    EXPECT_LT(*claim.check.low, *claim.check.measured);
    EXPECT_GT(*claim.check.high, *claim.check.measured);
  }
}

// Seven seeds make three pairs; the last seed is in none.
TEST_F(values, are_means_over_the_groups_of_a_size) {
  const auto found = judged(R"("ensemble": {"of": "seeds", "sizes": [2]})", {"ensemble(error, width=4) > 0"});
  ASSERT_EQ(ensembles.size(), 6u);
  EXPECT_NEAR(*found[0].check.measured,
              (*ensembles[0].score.error + *ensembles[1].score.error + *ensembles[2].score.error) / 3, 1e-12);
}

TEST_F(values, of_single_networks_are_as_certain_as_the_mean_over_the_seeds) {
  const auto found =
      judged(R"("bias_variance": true, "ensemble": {"of": "seeds", "sizes": [1]})",
             {"max over width of ensemble(loss) > 0", "max over width of bias_variance(cross_entropy_risk) > 0"});
  EXPECT_NEAR(*found[0].check.low, *found[1].check.low, 1e-9);
  EXPECT_NEAR(*found[0].check.high, *found[1].check.high, 1e-9);
}

TEST_F(values, of_points_are_one_number_per_seed) {
  const auto found = judged(R"("ensemble": {"of": "points", "sizes": [1, 2]})",
                            {"ensemble(loss, size=2) < ensemble(loss, size=1)",
                             "on every seed: ensemble(loss, size=2) < ensemble(member_loss, size=2)"});
  double mean = 0;
  for (const stats::EnsembleScore& row : ensembles) mean += row.size == 2 ? row.score.loss / 7 : -row.score.loss / 14;
  EXPECT_NEAR(*found[0].check.measured, mean, 1e-12);
  EXPECT_EQ(found[1].check.measured, 7);
}

TEST_F(values, wait_for_all_their_runs) {
  const auto document = read_document_text(
      R"({"data": {"name": "spirals", "test_size": 50, "generator": {"classes": 3}}, "seeds": 2, "model": {"width": 4, "depth": 1}, "train": {"epochs": 1}, "ensemble": "points",
          "sweep": {"model.width": [4, 8]}, "claims": [{"says": "x", "that": "ensemble(error, size=2) < 1"}]})",
      "trial.json");
  const auto made = plan::make_plan(document);
  const store::Results results(out, made);
  store::RunResult first = store::result_of(made.runs[0], 0.25);
  first.predictions = stats::random_probabilities(0);
  results.write_part({first}, {});
  EXPECT_EQ(judge_claims(document, made, results)[0].check.reason, "3 of 4 runs missing");
}

}  // namespace
}  // namespace descent::claims
