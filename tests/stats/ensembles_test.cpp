#include "stats/ensembles.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "made_up.h"

namespace descent::stats {
namespace {

using config::EnsembleOf;
using testing::ElementsAre;
using ensembles = store::InFolder;

plan::Plan voting(std::vector<std::string> widths, std::int64_t seeds, EnsembleOf of, std::vector<std::int64_t> sizes,
                  const store::Predictions& like = random_probabilities(0)) {
  return predicting(store::plan_with(std::move(widths), seeds), like, [&](config::Experiment& e) {
    e.ensemble = {of, sizes};
  });
}

// Two examples of the classes 0 and 1.
store::Predictions two(std::vector<double> values) { return {2, logarithms_of(std::move(values)), {0, 1}, {}}; }

TEST_F(ensembles, average_the_probabilities_of_their_members) {
  const auto plan = voting({"4"}, 2, EnsembleOf::seeds, {1, 2}, two({1, 0, 0, 1}));
  const store::Results results(out, plan);
  results.write_part(
      {saying(plan.runs[0], two({0.75, 0.25, 0.75, 0.25})), saying(plan.runs[1], two({0.25, 0.75, 0, 1}))}, {});
  write_ensembles(results, plan);
  const std::string csv = read("ensembles.csv");
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "model.width,seed,size,group,network,error,loss,member_error,member_loss,ambiguity");
  const auto all = ensembles_of(results, plan);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_NEAR(all[0].score.loss, (-std::log(0.75) - std::log(0.25)) / 2, 1e-15);
  EXPECT_EQ(all[0].score.error, 0.5);
  EXPECT_EQ(all[1].score.error, 0.5);
  EXPECT_NEAR(all[2].score.loss, (-std::log(0.5) - std::log(0.625)) / 2, 1e-15);
  EXPECT_EQ(all[2].score.error, 0.0);
  EXPECT_EQ(all[2].member.error, 0.5);
  EXPECT_NEAR(all[2].member.loss, (all[0].score.loss + all[1].score.loss) / 2, 1e-15);
  EXPECT_FALSE(all[2].ambiguity);
  EXPECT_TRUE(rows_of(csv)[2].starts_with("4,,2,0,final,0,")) << csv;
}

TEST_F(ensembles, split_the_seeds_of_every_point_in_groups) {
  const auto plan = voting({"4", "8"}, 5, EnsembleOf::seeds, {2, 5});
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs)
    results.write_part({saying(run, random_probabilities(run.point * 10 + run.seed))}, {});
  std::vector<std::string> groups;
  for (const EnsembleScore& e : ensembles_of(results, plan))
    groups.push_back(plan.points[*e.point].values[0] + ":" + std::to_string(e.size) + "/" + std::to_string(e.group));
  EXPECT_THAT(groups, ElementsAre("4:2/0", "4:2/1", "4:5/0", "8:2/0", "8:2/1", "8:5/0"));
}

TEST_F(ensembles, of_points_have_one_seed_and_no_factors) {
  const auto plan = voting({"4", "8", "16"}, 2, EnsembleOf::points, {});
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs)
    results.write_part({saying(run, random_probabilities(run.point * 10 + run.seed))}, {});
  write_ensembles(results, plan);
  std::vector<std::string> heads;
  for (const std::string& row : rows_of(read("ensembles.csv"))) heads.push_back(row.substr(0, 6));
  EXPECT_THAT(heads, ElementsAre(",0,1,0", ",0,1,1", ",0,1,2", ",0,3,0", ",1,1,0", ",1,1,1", ",1,1,2", ",1,3,0"));
}

// Krogh and Vedelsby 1995.
TEST_F(ensembles, have_the_loss_of_their_members_less_the_ambiguity) {
  const auto regression = [](config::Experiment& e) {
    e.ensemble = {EnsembleOf::seeds, {7}};
    e.train.loss.kind = config::LossKind::mse;
  };
  const auto plan = predicting(store::plan_with({"4"}, 7), random_outputs(0), regression);
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs) results.write_part({saying(run, random_outputs(run.seed))}, {});
  const EnsembleScore ensemble = ensembles_of(results, plan).at(0);
  EXPECT_NEAR(ensemble.score.loss, ensemble.member.loss - ensemble.ambiguity.value(), 1e-14);
  EXPECT_GT(*ensemble.ambiguity, 0.1);
  EXPECT_FALSE(ensemble.score.error || ensemble.member.error);
}

TEST_F(ensembles, leave_out_members_that_diverged) {
  const auto plan = voting({"4"}, 3, EnsembleOf::seeds, {2});
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs) {
    store::RunResult result = saying(run, random_probabilities(run.seed));
    if (run.seed == 1) {
      result.summary.diverged_step = 12;
      result.predictions.values.assign(150, NAN);
    }
    results.write_part({result}, {});
  }
  const auto all = ensembles_of(results, plan);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(std::isfinite(all[0].score.loss));
}

TEST_F(ensembles, confidently_wrong_members_keep_their_whole_loss) {
  const auto sure = [](double of_right) { return store::Predictions{2, {of_right, 0, 0, of_right}, {0, 1}, {}}; };
  const auto plan = voting({"4"}, 2, EnsembleOf::seeds, {2}, sure(0));
  const store::Results results(out, plan);
  results.write_part({saying(plan.runs[0], sure(-337)), saying(plan.runs[1], sure(-4000))}, {});
  EXPECT_NEAR(ensembles_of(results, plan).at(0).member.loss, (337.0 + 4000) / 2, 1e-10);
  EXPECT_NEAR(ensembles_of(results, plan).at(0).score.loss, 337 + std::log(2), 1e-10);
}

TEST_F(ensembles, of_large_targets_have_the_losses_of_small_ones) {
  const auto off_by = [](double error) { return store::Predictions{1, {1.7e9 + error}, {}, {1.7e9}}; };
  const auto plan = predicting(store::plan_with({"4"}, 2), off_by(0), [](config::Experiment& e) {
    e.ensemble = {EnsembleOf::seeds, {2}};
    e.train.loss.kind = config::LossKind::mse;
  });
  const store::Results results(out, plan);
  results.write_part({saying(plan.runs[0], off_by(1)), saying(plan.runs[1], off_by(2))}, {});
  EXPECT_NEAR(ensembles_of(results, plan).at(0).member.loss, 2.5, 1e-5);
  EXPECT_NEAR(ensembles_of(results, plan).at(0).score.loss, 2.25, 1e-5);
}

TEST_F(ensembles, have_losses_without_label_smoothing) {
  const store::Predictions said{2, logarithms_of({0.75, 0.25}), {0}, {}};
  const auto plan = predicting(store::plan_with({"4"}, 1), said, [](config::Experiment& e) {
    e.ensemble = {EnsembleOf::seeds, {1}};
    e.train.loss.label_smoothing = 0.2;
  });
  const store::Results results(out, plan);
  results.write_part({saying(plan.runs[0], said)}, {});
  EXPECT_NEAR(ensembles_of(results, plan).at(0).score.loss, -std::log(0.75), 1e-15);
}

TEST_F(ensembles, name_the_network_of_each_run_that_they_average) {
  auto plan = voting({"4", "8"}, 1, EnsembleOf::points, {1, 2});
  plan.points[1].experiment.train.early_stopping.monitor = config::Monitor::val_loss;
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs) results.write_part({saying(run, random_probabilities(run.point))}, {});
  std::vector<std::string_view> networks;
  for (const EnsembleScore& ensemble : ensembles_of(results, plan)) networks.push_back(ensemble.network);
  EXPECT_THAT(networks, ElementsAre("final", "restored", "mixed"));
}

TEST_F(ensembles, refuse_members_with_other_test_examples) {
  const auto plan = voting({"4"}, 2, EnsembleOf::seeds, {2});
  const store::Results results(out, plan);
  store::Predictions other = random_probabilities(1);
  other.labels[7] = 0;
  results.write_part({saying(plan.runs[0], random_probabilities(0)), saying(plan.runs[1], other)}, {});
  EXPECT_THROW(ensembles_of(results, plan), core::InputError);
}

TEST_F(ensembles, leave_no_file_if_none_are_requested) {
  const auto plan = voting({"4"}, 2, EnsembleOf::seeds, {1});
  store::Results(out, plan).prepare();
  write_ensembles(store::Results(out, plan), plan);  // needs no finished run
  EXPECT_EQ(rows_of(read("ensembles.csv")).size(), 0u);
  const auto plain = store::plan_with({"4"}, 2);
  write_ensembles(store::Results(out, plain), plain);
  EXPECT_FALSE(std::filesystem::exists(out / "trial" / "ensembles.csv"));
}

TEST_F(ensembles, can_leave_out_each_member) {
  const auto of_three = voting({"4"}, 3, EnsembleOf::seeds, {1, 3}), of_two = voting({"4"}, 2, EnsembleOf::seeds, {2});
  const store::Results three(out / "three", of_three), two(out / "two", of_two);
  for (const plan::Run& run : of_three.runs) three.write_part({saying(run, random_probabilities(run.seed))}, {});
  for (const plan::Run& run : of_two.runs) two.write_part({saying(run, random_probabilities(run.seed))}, {});
  const auto all = ensembles_of(three, of_three, true);
  EXPECT_TRUE(all[0].without.empty()) << "nothing is left of an ensemble of one";
  const EnsembleScore &without_last = all.at(3).without.at(2), expected = ensembles_of(two, of_two).at(0);
  EXPECT_NEAR(without_last.score.loss, expected.score.loss, 1e-15);
  EXPECT_EQ(without_last.score.error, expected.score.error);
  EXPECT_NEAR(without_last.member.loss, expected.member.loss, 1e-15);
  EXPECT_NEAR(*without_last.member.error, *expected.member.error, 1e-15);
}

}  // namespace
}  // namespace descent::stats
