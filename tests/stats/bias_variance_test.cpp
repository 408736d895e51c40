#include "stats/ensembles.h"

#include "made_up.h"

namespace descent::stats {
namespace {

using bias_variance = store::InFolder;

plan::Plan decomposed(std::int64_t seeds, const store::Predictions& like = random_probabilities(0),
                      config::LossKind loss = config::LossKind::cross_entropy) {
  return predicting(store::plan_with({"4"}, seeds), like, [&](config::Experiment& e) {
    e.bias_variance = true;
    e.train.loss.kind = loss;
  });
}

BiasVariance only(const store::Results& results, const plan::Plan& plan) {
  const auto all = bias_variance_of(results, plan);
  EXPECT_EQ(all.size(), 1u);
  return all.at(0);
}

TEST_F(bias_variance, add_up_to_the_risk_for_every_loss) {
  const auto plan = decomposed(6);
  const store::Results results(out, plan);
  double error = 0, loss = 0, squared = 0;
  for (const plan::Run& run : plan.runs) {
    const store::Predictions made = random_probabilities(run.seed);
    results.write_part({saying(run, made)}, {});
    const std::vector<double> values(made.values.begin(), made.values.end());
    const Score score = stats::score(config::LossKind::cross_entropy, made, values);
    error += *score.error / 6;
    loss += score.loss / 6;
    squared += stats::score(config::LossKind::mse, made, probabilities(values)).loss / 6;
  }
  const BiasVariance row = only(results, plan);
  EXPECT_EQ(row.n, 6u);
  EXPECT_NEAR(*row.squared_risk, squared, 1e-15);
  EXPECT_NEAR(*row.squared_bias + *row.squared_variance, squared, 1e-15);
  EXPECT_NEAR(*row.error_risk, error, 1e-15);
  EXPECT_NEAR(*row.error_bias + *row.error_variance_where_right - *row.error_variance_where_wrong, error, 1e-15);
  EXPECT_NEAR(*row.cross_entropy_risk, loss, 1e-14);
  EXPECT_NEAR(*row.cross_entropy_bias + *row.cross_entropy_variance, loss, 1e-14);
  for (const auto part : {row.squared_variance, row.error_bias, row.error_variance_where_right,
                          row.error_variance_where_wrong, row.cross_entropy_variance})
    EXPECT_GT(*part, 0);
}

// Class 0 is right in both examples; three networks say 0, 0, 1 of the first and 1, 1, 0 of the second.
TEST_F(bias_variance, of_errors_come_from_the_vote) {
  const auto plan = decomposed(3, {2, logarithms_of({1, 0, 1, 0}), {0, 0}, {}});
  const store::Results results(out, plan);
  const std::vector<std::vector<double>> said{{0.9, 0.1, 0.2, 0.8}, {0.8, 0.2, 0.1, 0.9}, {0.1, 0.9, 0.9, 0.1}};
  for (std::size_t i = 0; i < 3; ++i)
    results.write_part({saying(plan.runs[i], {2, logarithms_of(said[i]), {0, 0}, {}})}, {});
  const BiasVariance row = only(results, plan);
  EXPECT_DOUBLE_EQ(*row.error_risk, 0.5);
  EXPECT_DOUBLE_EQ(*row.error_bias, 0.5);
  EXPECT_DOUBLE_EQ(*row.error_variance_where_right, 1.0 / 6);
  EXPECT_DOUBLE_EQ(*row.error_variance_where_wrong, 1.0 / 6);
}

TEST_F(bias_variance, of_regression_are_squared_alone) {
  const auto plan = decomposed(4, random_outputs(0), config::LossKind::mse);
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs) results.write_part({saying(run, random_outputs(run.seed))}, {});
  const BiasVariance row = only(results, plan);
  EXPECT_NEAR(*row.squared_bias + *row.squared_variance, *row.squared_risk, 1e-15);
  EXPECT_FALSE(row.error_risk || row.cross_entropy_risk);
}

// Means of squares, not squares of means: predictions that lie together have no variance.
TEST_F(bias_variance, of_equal_networks_are_bias_alone) {
  const auto plan = decomposed(3);
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs) results.write_part({saying(run, random_probabilities(5))}, {});
  const BiasVariance row = only(results, plan);
  EXPECT_EQ(*row.squared_variance, 0);
  EXPECT_EQ(*row.error_variance_where_right, 0);
  EXPECT_EQ(*row.error_variance_where_wrong, 0);
  EXPECT_NEAR(*row.cross_entropy_variance, 0, 1e-7);  // probabilities in single precision
}

TEST_F(bias_variance, need_two_networks) {
  const auto plan = decomposed(2);
  const store::Results results(out, plan);
  results.write_part({saying(plan.runs[0], random_probabilities(0))}, {});
  write_bias_variance(results, plan);
  const std::string csv = read("bias_variance.csv");
  EXPECT_TRUE(csv.starts_with("model.width,n,network,squared_risk,squared_bias,squared_variance,")) << csv;
  EXPECT_EQ(rows_of(csv).size(), 0u);
  results.write_part({saying(plan.runs[1], random_probabilities(1))}, {});
  write_bias_variance(results, plan);
  EXPECT_TRUE(rows_of(read("bias_variance.csv")).at(0).starts_with("4,2,final,0."));
}

TEST_F(bias_variance, leave_no_file_if_not_requested) {
  const auto plan = decomposed(2), plain = store::plan_with({"4"}, 2);
  store::Results(out, plan).prepare();
  write_bias_variance(store::Results(out, plan), plan);
  write_bias_variance(store::Results(out, plain), plain);
  EXPECT_FALSE(std::filesystem::exists(out / "trial" / "bias_variance.csv"));
}

TEST_F(bias_variance, can_leave_out_each_network) {
  const auto of_four = decomposed(4), of_three = decomposed(3);
  const store::Results four(out / "four", of_four), three(out / "three", of_three);
  for (const plan::Run& run : of_four.runs) four.write_part({saying(run, random_probabilities(run.seed))}, {});
  for (const plan::Run& run : of_three.runs) three.write_part({saying(run, random_probabilities(run.seed))}, {});
  const auto all = bias_variance_of(four, of_four, true);
  ASSERT_EQ(all.at(0).without.size(), 4u);
  const BiasVariance &without_last = all[0].without[3], expected = only(three, of_three);
  EXPECT_EQ(without_last.n, 3u);
  for (const auto& column : bias_variance_columns())
    EXPECT_TRUE(column.kind == store::ColumnKind::label ||
                std::abs(std::stod(column.get(without_last)) - std::stod(column.get(expected))) < 1e-14)
        << column.name;
}

}  // namespace
}  // namespace descent::stats
