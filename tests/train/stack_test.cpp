#include "train/stack.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/random.h"
#include "formats/npy.h"
#include "plan/layers.h"
#include "plan/plan.h"

namespace descent::train {
namespace {

namespace fs = std::filesystem;

struct Trained {
  std::vector<store::RunResult> results;  // by run
  std::vector<std::string> weights;       // the tensors of the weight files, without what is said about the runs
};

class stack : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("descent-stack-" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  plan::Plan plan_of(const std::string& text) { return plan::make_plan(config::read_document_text(text, "test.json")); }

  // The bytes behind the header of a safetensors file.
  std::string tensors_of(const plan::Run& run) const {
    const std::string bytes = core::read_file(folder_ / (run.id() + ".safetensors"));
    std::uint64_t header = 0;
    std::memcpy(&header, bytes.data(), sizeof header);
    return bytes.substr(sizeof header + header);
  }

  // Trains every run of the plan, in these stacks.
  Trained train(const plan::Plan& plan, const std::vector<plan::Stack>& stacks) {
    SharedState shared;
    const std::atomic<bool> stop = false;
    Trained trained;
    trained.results.resize(plan.runs.size());
    trained.weights.resize(plan.runs.size());
    for (const plan::Stack& runs : stacks) {
      auto rows = train_stack(plan, runs, shared, {folder_, {}}, nullptr, stop);
      for (std::size_t i = 0; i < runs.size(); ++i) {
        trained.weights[runs[i]] = tensors_of(plan.runs[runs[i]]);
        trained.results[runs[i]] = std::move((*rows)[i]);
      }
    }
    return trained;
  }

  Trained train(const plan::Plan& plan) {
    std::vector<std::size_t> all(plan.runs.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    return train(plan, plan::pack(plan, all));
  }

  fs::path folder_;
};

std::string row(const store::Evaluation& evaluation) {
  std::string text;
  for (const auto& column : store::curve_columns()) text += column.get(evaluation) + ",";
  return text;
}

std::string rows(const store::RunResult& result) {
  std::string text;
  for (const auto& column : store::summary_columns()) text += column.get(result.summary) + ",";
  for (const store::Evaluation& evaluation : result.curve) text += fmt::format("\n{}", row(evaluation));
  for (const store::ProbeRow& probe : result.probes) {
    text += "\n";
    for (const auto& column : store::probe_columns()) text += column.get(probe) + ",";
  }
  return text;
}

constexpr const char* small = R"({
  "data": {"name": "mnist1d", "train_size": 230, "val_size": 50, "test_size": 100},
  "model": {"width": 12, "depth": 2, "init": "he_normal"},
  "train": {"optimizer": {"name": "adam", "lr": 0.01}, "batch_size": 32, "epochs": 3}
})";

std::string with(std::string text, const std::string& extra) { return text.insert(text.rfind('}'), "," + extra); }

TEST_F(stack, a_run_has_the_same_bits_in_every_partition_of_24_runs) {
  const std::string base = with(small, R"("seeds": 3, "sweep": {"train.optimizer.lr": [0.003, 0.01],
      "model.dropout": [0, 0.2], "data.label_noise": [0, 0.1]})");
  for (const std::string norm : {"none", "batch", "layer", "rms"})
    for (const std::string optimizer : {"sgd", "adam", "adamw"}) {
      config::Overrides overrides;
      overrides.set = {"model.norm=" + norm, "train.optimizer.name=" + optimizer};
      const plan::Plan plan = plan::make_plan(config::read_document_text(base, "test.json", overrides));
      ASSERT_EQ(plan.runs.size(), 24u);
      std::vector<plan::Stack> alone;
      for (std::size_t i = 0; i < 24; ++i) alone.push_back({i});
      const Trained expected = train(plan, alone);
      core::Random random(7);
      for (int repeat = 0; repeat < 2; ++repeat) {
        std::vector<std::int32_t> order;
        core::permute(random, 24, order);
        std::vector<plan::Stack> stacks;
        for (std::size_t i = 0; i < 24;) {
          const std::size_t size = std::min<std::size_t>(1 + random.below(9), 24 - i);
          stacks.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i),
                              order.begin() + static_cast<std::ptrdiff_t>(i + size));
          i += size;
        }
        const Trained trained = train(plan, stacks);
        for (std::size_t i = 0; i < 24; ++i) {
          EXPECT_EQ(rows(trained.results[i]), rows(expected.results[i])) << norm << " " << optimizer;
          EXPECT_EQ(trained.weights[i], expected.weights[i]) << norm << " " << optimizer;
        }
      }
    }
}

TEST_F(stack, convolutional_networks_have_the_same_bits_alone_and_stacked) {
  for (const std::string model : {R"({"kind": "cnn", "channels": [6, 9], "dropout": {"rate": 0.2, "kind": "channel"}})",
                                  R"({"kind": "resnet", "width": 4, "blocks": [1, 1], "norm": "batch",
                                      "stochastic_depth": 0.5, "dropout": 0.2})"}) {
    const plan::Plan plan = plan_of(R"({"data": {"name": "digits", "train_size": 120, "test_size": 50},
        "train": {"optimizer": "sgd", "batch_size": 30, "epochs": 2}, "seeds": 3, "sweep": {"train.optimizer.lr": [0.01, 0.1]}, "model": )" +
                                    model + "}");
    const Trained alone = train(plan, {{0}, {1}, {2}, {3}, {4}, {5}}), stacked = train(plan, {{3, 0, 5}, {1, 4, 2}});
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(rows(stacked.results[i]), rows(alone.results[i])) << model;
      EXPECT_EQ(stacked.weights[i], alone.weights[i]) << model;
    }
  }
}

// Augmentation does not change images of zeros, so a difference can only come from the random streams.
TEST_F(stack, augmentation_does_not_affect_other_random_streams) {
  std::vector<float> zeros(60 * 2 * 4 * 4);
  std::vector<std::int32_t> labels(60);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i % 3);
  const auto write = [&](const char* name, std::string text, const auto& values) {
    text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof values[0]);
    core::write_file_atomically(folder_ / name, text);
  };
  write("x.npy", formats::npy_header("<f4", {60, 2, 4, 4}), zeros);
  write("y.npy", formats::npy_header("<i4", {60}), labels);
  const auto trained = [&](const std::string& augmentation) {
    return train(plan_of(R"({"data": {"name": "npy", "path": ")" + folder_.string() +
                         R"(", "train_size": 40, "test_from": "rest", "subset": "random", "label_noise": 0.2)" +
                         augmentation +
                         R"(}, "train": {"batch_size": 10, "epochs": 3, "optimizer": {"name": "sgd", "lr": 0.1}},
                         "model": {"kind": "resnet", "width": 4, "blocks": [1, 1], "stochastic_depth": 0.5,
                                   "dropout": 0.5, "init": {"scheme": "he_normal", "bias": 0.3}}})"));
  };
  const Trained plain = trained(""), augmented = trained(R"(, "augmentation": {"crop_padding": 1, "flip": true})");
  EXPECT_EQ(rows(augmented.results[0]), rows(plain.results[0]));
  EXPECT_EQ(augmented.weights[0], plain.weights[0]);
}

TEST_F(stack, the_evaluation_schedule_does_not_affect_training) {
  const Trained sparse = train(plan_of(small));
  const Trained dense = train(plan_of(with(small, R"("description": "x")")));
  config::Overrides overrides;
  overrides.set = {"train.evaluate.every_steps=3"};
  const plan::Plan plan = plan::make_plan(config::read_document_text(small, "test.json", overrides));
  const Trained often = train(plan);
  EXPECT_EQ(often.weights[0], sparse.weights[0]);
  EXPECT_EQ(row(often.results[0].curve.back()), row(sparse.results[0].curve.back()));
  EXPECT_EQ(rows(dense.results[0]), rows(sparse.results[0]));
}

TEST_F(stack, the_number_of_threads_does_not_affect_results) {
  for (const auto& [text, set] :
       {std::pair(std::string(small), std::vector<std::string>{"model.width=130", "train.batch_size=230"}),
        std::pair(std::string(R"({
          "data": {"name": "digits", "train_size": 200, "test_size": 50}, "train": {"optimizer": "sgd", "batch_size": 64, "epochs": 1},
          "model": {"kind": "resnet", "width": 16, "blocks": [1, 1], "norm": "batch", "shortcut": "projection"}})"),
                  std::vector<std::string>{})}) {
    const auto weights = [&](const std::string& threads) {
      config::Overrides overrides;
      overrides.set = set;
      overrides.set.push_back("train.threads=" + threads);
      return train(plan::make_plan(config::read_document_text(text, "test.json", overrides))).weights[0];
    };
    EXPECT_EQ(weights("2"), weights("1")) << text;
  }
}

TEST_F(stack, training_for_0_steps_evaluates_the_initial_network) {
  config::Overrides overrides;
  overrides.set = {"train.epochs=0"};
  const Trained trained = train(plan::make_plan(config::read_document_text(small, "test.json", overrides)));
  ASSERT_EQ(trained.results[0].curve.size(), 1u);
  EXPECT_EQ(trained.results[0].curve[0].step, 0);
  EXPECT_FALSE(trained.results[0].curve[0].gradient_norm);
  EXPECT_EQ(trained.results[0].summary.state(), store::RunState::done);
}

TEST_F(stack, a_diverging_run_stops_and_does_not_affect_others) {
  config::Overrides overrides;
  overrides.set = {"train.optimizer.name=sgd"};
  overrides.sweep = {"train.optimizer.lr=0.01,1e6"};
  const plan::Plan plan = plan::make_plan(config::read_document_text(small, "test.json", overrides));
  const Trained both = train(plan, {{0, 1}}), alone = train(plan, {{0}});
  EXPECT_EQ(rows(both.results[0]), rows(alone.results[0]));
  EXPECT_EQ(both.results[1].summary.state(), store::RunState::diverged);
  ASSERT_TRUE(both.results[1].summary.diverged_step);
  EXPECT_GE(*both.results[1].summary.diverged_step, 1);
}

TEST_F(stack, early_stopping_restores_the_weights_with_the_best_validation_value) {
  config::Overrides stopping, up_to_best;
  stopping.set = {"train.early_stopping={\"monitor\": \"val_loss\", \"patience\": 2}", "train.epochs=60",
                  "model.norm=batch", "probes=[\"restored_difference\"]"};
  const Trained stopped = train(plan::make_plan(config::read_document_text(small, "test.json", stopping)));
  const store::Summary& summary = stopped.results[0].summary;
  ASSERT_EQ(summary.stopped_reason, "patience");
  EXPECT_EQ(summary.final->step, summary.early_stopping.stopped->step);
  EXPECT_LT(summary.early_stopping.restored->step, summary.early_stopping.stopped->step);
  EXPECT_EQ(summary.early_stopping.restored->metrics.val.loss, summary.best->metrics.val.loss);
  ASSERT_EQ(stopped.results[0].probes.size(), 1u);
  EXPECT_EQ(stopped.results[0].probes[0].value, 0);
  // Training up to the restored step gives those weights, bit for bit, and the recorded validation value.
  up_to_best.set = {"train.epochs=null", "model.norm=batch",
                    "train.steps=" + std::to_string(summary.early_stopping.restored->step)};
  const Trained shorter = train(plan::make_plan(config::read_document_text(small, "test.json", up_to_best)));
  EXPECT_EQ(stopped.weights[0], shorter.weights[0]);
  EXPECT_EQ(shorter.results[0].summary.final->metrics.val.loss, summary.early_stopping.restored->metrics.val.loss);
}

TEST_F(stack, early_stopping_that_only_records_does_not_end_training) {
  config::Overrides recording, none;
  recording.set = {"train.early_stopping={\"monitor\": \"val_loss\", \"patience\": 2, \"stop\": false}",
                   "train.epochs=40"};
  none.set = {"train.epochs=40"};
  const Trained recorded = train(plan::make_plan(config::read_document_text(small, "test.json", recording)));
  const Trained plain = train(plan::make_plan(config::read_document_text(small, "test.json", none)));
  ASSERT_EQ(recorded.results[0].curve.size(), plain.results[0].curve.size());
  EXPECT_EQ(row(recorded.results[0].curve.back()), row(plain.results[0].curve.back()));
  EXPECT_EQ(recorded.results[0].summary.stopped_reason, "patience");
  EXPECT_LT(recorded.results[0].summary.early_stopping.stopped->step, recorded.results[0].summary.final->step);
}

TEST_F(stack, an_interrupted_stack_resumes_in_another_stack_with_the_same_bits) {
  config::Overrides overrides;
  overrides.set = {"train.early_stopping={\"monitor\": \"val_loss\", \"patience\": 4, \"stop\": false}",
                   "model.norm=batch",
                   "model.dropout=0.2",
                   "train.epochs=40",
                   "seeds=3",
                   "probes={\"names\": [\"weight_norm\", \"update_ratio\", \"mean_drift\", \"sd_drift\", "
                   "\"symmetry_difference\"], \"steps\": [0, 7, 20, 45, 110]}"};
  const plan::Plan plan = plan::make_plan(config::read_document_text(small, "test.json", overrides));
  const Trained expected = train(plan, {{0, 1, 2}});
  for (int looks : {1, 3, 9}) {
    SharedState shared;
    std::atomic<bool> stop = false;
    {
      store::Checkpoints checkpoints(folder_ / "states");
      int seen = 0;
      const auto watch = [&](double) { stop = ++seen >= looks; };
      ASSERT_FALSE(train_stack(plan, {0, 1, 2}, shared, {{}, watch}, &checkpoints, stop));
    }
    stop = false;
    store::Checkpoints checkpoints(folder_ / "states");
    ASSERT_NE(checkpoints.find(plan.runs[0].hash), nullptr);
    for (const plan::Stack& runs : {plan::Stack{2}, plan::Stack{1, 0}}) {
      const auto resumed = train_stack(plan, runs, shared, {folder_, {}}, &checkpoints, stop);
      for (std::size_t i = 0; i < runs.size(); ++i) {
        EXPECT_EQ(rows((*resumed)[i]), rows(expected.results[runs[i]])) << "stopped after " << looks;
        EXPECT_EQ(tensors_of(plan.runs[runs[i]]), expected.weights[runs[i]]);
      }
    }
    fs::remove_all(folder_ / "states");
  }
}

constexpr const char* closed = R"({
  "precision": "float64", "seeds": 3,
  "data": {"name": "mnist1d", "train_size": 60, "test_size": 100, "label_noise": 0.1},
  "model": {"kind": "linear_model", "features": "random_relu", "width": 50},
  "train": {"solver": {"kind": "gradient_descent", "relative_lr": 1}, "loss": "mse", "steps": 1e7,
            "evaluate": {"log_spaced": 20}}
})";

TEST_F(stack, a_closed_form_has_a_row_for_every_evaluation_and_the_same_bits_in_every_partition) {
  const plan::Plan plan = plan_of(closed);
  const Trained together = train(plan, {{0, 1, 2}}), alone = train(plan, {{2}, {0}, {1}});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(rows(together.results[i]), rows(alone.results[i]));
    EXPECT_EQ(together.weights[i], alone.weights[i]);
    EXPECT_EQ(together.results[i].curve.front().step, 0);
    EXPECT_EQ(together.results[i].curve.back().step, 10'000'000);
  }
}

TEST_F(stack, an_interrupted_closed_form_resumes_with_the_same_bits) {
  const plan::Plan plan = plan_of(closed);
  const Trained expected = train(plan, {{0, 1, 2}});
  for (int looks : {1, 7, 30}) {
    SharedState shared;
    std::atomic<bool> stop = false;
    store::Checkpoints checkpoints(folder_ / "states");
    int seen = 0;
    ASSERT_FALSE(
        train_stack(plan, {0, 1, 2}, shared, {{}, [&](double) { stop = ++seen >= looks; }}, &checkpoints, stop));
    stop = false;
    const auto resumed = train_stack(plan, {0, 1, 2}, shared, {folder_, {}}, &checkpoints, stop);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(rows((*resumed)[i]), rows(expected.results[i])) << looks;
    fs::remove_all(folder_ / "states");
  }
}

TEST_F(stack, least_squares_has_one_row_and_its_cost_is_reported) {
  config::Overrides overrides;
  overrides.set = {"train={\"solver\": \"least_squares\", \"loss\": \"mse\"}"};
  const plan::Plan plan = plan::make_plan(config::read_document_text(closed, "test.json", overrides));
  SharedState shared;
  const std::atomic<bool> stop = false;
  double done = 0;
  const auto results = train_stack(plan, {0, 1}, shared, {{}, [&](double flops) { done += flops; }}, nullptr, stop);
  ASSERT_EQ((*results)[0].curve.size(), 1u);
  EXPECT_EQ((*results)[0].curve[0].step, 0);
  EXPECT_FALSE((*results)[0].curve[0].lr);
  EXPECT_EQ(done, 2 * plan::run_flops(plan.points[0].experiment));
}

TEST_F(stack, only_the_requested_splits_are_evaluated) {
  config::Overrides overrides;
  overrides.set = {"train.evaluate.splits=[\"test\"]"};
  const Trained trained = train(plan::make_plan(config::read_document_text(small, "test.json", overrides)));
  const store::Metrics& metrics = trained.results[0].curve.back().metrics;
  EXPECT_FALSE(metrics.train.loss || metrics.train.error || metrics.val.loss || metrics.val.error);
  EXPECT_TRUE(metrics.test.loss && metrics.test.error);
}

// The plan of `small` with these overrides.
plan::Plan small_with(std::vector<std::string> set) {
  config::Overrides overrides;
  overrides.set = std::move(set);
  return plan::make_plan(config::read_document_text(small, "test.json", overrides));
}

TEST_F(stack, early_stopping_records_the_rule_for_loss_and_error) {
  const auto summary = [&](const std::string& monitor) {
    return train(
               small_with({"train.early_stopping={\"monitor\": \"" + monitor + "\", \"patience\": 3, \"stop\": false}",
                           "train.epochs=60"}))
        .results[0]
        .summary;
  };
  const auto same = [](const store::Stop& a, const store::Stop& b) {
    EXPECT_EQ(a.stopped->epoch, b.stopped->epoch);
    EXPECT_EQ(a.stopped->metrics.test.error, b.stopped->metrics.test.error);
    EXPECT_EQ(a.restored->epoch, b.restored->epoch);
    EXPECT_EQ(a.restored->metrics.test.error, b.restored->metrics.test.error);
  };
  const store::Summary by_loss = summary("val_loss"), by_error = summary("val_error");
  EXPECT_EQ(by_loss.stopped_reason, "patience");
  for (const store::Summary& s : {by_loss, by_error}) {
    same(s.by_val_loss, by_loss.early_stopping);
    same(s.by_val_error, by_error.early_stopping);
  }
}

TEST_F(stack, no_example_is_evaluated_alone_with_batch_statistics) {
  // A single example would be normalized to 0, so that its prediction would not depend on it.
  const auto last_prediction = [&](const std::string& size) {
    const store::Predictions predictions = train(small_with({R"(model.norm={"kind": "batch", "predict_with": "batch"})",
                                                             "record.predictions=true", "data.test_size=" + size}))
                                               .results[0]
                                               .predictions;
    return std::vector<double>(predictions.values.end() - 10, predictions.values.end());
  };
  EXPECT_NE(last_prediction("65"), last_prediction("97"));  // batches of 32
}

// A network of every kind that probes support.
const std::map<std::string, std::vector<std::string>> probed_networks{
    {"plain", {"model.width=12", "model.depth=3", "model.norm=batch", "model.dropout=0.2"}},
    {"residual",
     {"model.residual=true", "model.width=12", "model.depth=3", "model.norm=layer", "train.early_stopping=val_loss"}},
    {"cnn", {R"(model={"kind": "cnn", "channels": [4, 4], "kernels": [3, 3], "strides": [2, 1], "dropout": 0.2})"}},
    {"resnet", {R"(model={"kind": "resnet", "width": 4, "blocks": [1, 1], "norm": "batch", "stochastic_depth": 0.3})"}},
    {"mixture",
     {R"(model={"kind": "mixture_of_experts", "experts": {"count": 3, "hidden": [6, 5], "std": 0.5},
                           "gate": {"hidden": [5], "top_k": 2, "load_balancing": 0.1}})",
      "train.loss=mse"}}};

// The probes of both engines, each alone.
class probes_of : public stack, public testing::WithParamInterface<std::string> {};
INSTANTIATE_TEST_SUITE_P(, probes_of, testing::Values("fused", "torch"), [](const auto& info) { return info.param; });

TEST_P(probes_of, do_not_affect_training) {
  const auto with_engine = [](std::vector<std::string> settings) {
    settings.push_back("engine=" + GetParam());
    return small_with(settings);
  };
  std::map<std::string, Trained> plain;
  for (const auto& [network, settings] : probed_networks) plain[network] = train(with_engine(settings));
  std::map<std::string, int> taken;
  for (const config::Choice& choice : config::choices_of(config::ProbeName{}).table)
    for (auto [network, settings] : probed_networks) {
      settings.push_back(fmt::format("probes=[\"{}\"]", choice.name));
      try {
        Trained probed = train(with_engine(settings));
        EXPECT_FALSE(probed.results[0].probes.empty()) << choice.name;
        probed.results[0].probes.clear();
        EXPECT_EQ(rows(probed.results[0]), rows(plain[network].results[0])) << choice.name << ", " << network;
        EXPECT_EQ(probed.weights, plain[network].weights) << choice.name << ", " << network;
        ++taken[network];
        ++taken[std::string(choice.name)];
      } catch (const core::InputError&) {  // does not apply
      }
    }
  for (const config::Choice& choice : config::choices_of(config::ProbeName{}).table)
    EXPECT_GT(taken[std::string(choice.name)], 0) << choice.name;
  EXPECT_GE(taken["resnet"], 20);
  EXPECT_GE(taken["cnn"], 17);
  EXPECT_GE(taken["mixture"], 16);
}

TEST_F(stack, probes_are_taken_at_the_requested_evaluations) {
  const auto steps = [&](const std::string& at) {
    const Trained trained = train(small_with({"probes={\"names\": [\"weight_norm\"], \"at\": \"" + at + "\"}"}));
    std::set<std::int64_t> found;
    for (const store::ProbeRow& row : trained.results[0].probes) found.insert(row.step);
    return found;
  };
  const std::int64_t last = *steps("end").begin();
  EXPECT_GT(last, 0);
  EXPECT_EQ(steps("end"), std::set{last});
  EXPECT_EQ(steps("start"), (std::set<std::int64_t>{0}));
  EXPECT_EQ(steps("start_and_end"), (std::set<std::int64_t>{0, last}));
  EXPECT_GT(steps("evaluations").size(), 2u);
}

TEST_F(stack, probes_are_taken_at_chosen_steps_and_do_not_affect_training) {
  // After step 16 the network is evaluated too.
  const std::string chosen = "probes={\"names\": [\"weight_norm\", \"mean_drift\"], \"steps\": [1, 3, 16]}";
  Trained probed = train(small_with({chosen}));
  const Trained plain = train(small_with({}));
  std::map<std::int64_t, std::set<std::string>> found;
  for (const store::ProbeRow& row : probed.results[0].probes) found[row.step].insert(row.probe);
  const std::set<std::string> first{"weight_norm"}, both{"weight_norm", "mean_drift"};
  EXPECT_EQ(found, (std::map<std::int64_t, std::set<std::string>>{{1, first}, {3, both}, {16, both}}));
  probed.results[0].probes.clear();
  EXPECT_EQ(rows(probed.results[0]), rows(plain.results[0]));
  EXPECT_EQ(probed.weights, plain.weights);
}

TEST_F(stack, the_weight_norms_of_the_layers_add_up_to_that_of_the_network) {
  const store::RunResult result = train(small_with({"probes=[\"weight_norm\"]"})).results[0];
  std::map<std::int64_t, double> squares;
  std::vector<std::string> layers;
  for (const store::ProbeRow& row : result.probes) {
    squares[row.step] += row.value * row.value;
    if (row.step == 0) layers.push_back(row.layer);
  }
  EXPECT_THAT(layers, testing::ElementsAre("linear0", "linear1", "linear2"));
  ASSERT_EQ(squares.size(), result.curve.size());
  for (const store::Evaluation& row : result.curve)
    EXPECT_NEAR(std::sqrt(squares[row.step]), *row.weight_norm, 1e-6 * *row.weight_norm);  // summed in float32
}

double error_of(const store::Predictions& made) {
  double errors = 0;
  for (std::size_t n = 0; n < made.labels.size(); ++n) {
    const auto row = made.values.begin() + static_cast<std::ptrdiff_t>(n * made.outputs);
    errors += std::max_element(row, row + static_cast<std::ptrdiff_t>(made.outputs)) - row != made.labels[n];
  }
  return errors / static_cast<double>(made.labels.size());
}

TEST_F(stack, predictions_are_made_with_the_restored_weights) {
  const Trained last = train(small_with({"record.predictions=true", "train.epochs=40"}));
  const Trained best = train(small_with({"record.predictions=true", "train.epochs=40",
                                         "train.early_stopping={\"monitor\": \"val_error\", \"stop\": false}"}));
  const store::Predictions& made = last.results[0].predictions;
  EXPECT_EQ(made.outputs, 10u);
  EXPECT_EQ(made.labels.size(), 100u);
  EXPECT_EQ(made.values.size(), 1000u);
  EXPECT_EQ(error_of(made), *last.results[0].summary.final->metrics.test.error);
  EXPECT_EQ(error_of(best.results[0].predictions),
            *best.results[0].summary.early_stopping.restored->metrics.test.error);
  EXPECT_NE(best.results[0].predictions.values, made.values);
}

TEST_F(stack, predictions_after_squared_error_are_the_outputs) {
  const store::RunResult result = train(small_with({"record.predictions=true", "train.loss=mse"})).results[0];
  const store::Predictions& made = result.predictions;
  double squares = 0;
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    const double distance = made.values[i] - (made.labels[i / 10] == static_cast<std::int32_t>(i % 10));
    squares += distance * distance / 1000;
  }
  EXPECT_NEAR(squares, *result.summary.final->metrics.test.loss, 1e-6);
}

TEST_F(stack, predictions_are_recorded_only_on_request) {
  EXPECT_EQ(train(small_with({})).results[0].predictions.outputs, 0u);
}

std::string dropout_samples(int samples) { return "predict.dropout_samples=" + std::to_string(samples); }

TEST_F(stack, monte_carlo_dropout_changes_only_predictions) {
  const std::vector<std::string> set{"model.dropout=0.5", "train.epochs=20"};
  std::vector<std::string> sampled = set, on_test = set;
  sampled.push_back(dropout_samples(3));
  on_test.insert(on_test.end(), {dropout_samples(3), "train.evaluate.splits=[\"test\"]"});
  const Trained scaled = train(small_with(set)), averaged = train(small_with(sampled)),
                only = train(small_with(on_test));
  EXPECT_EQ(averaged.weights, scaled.weights);
  EXPECT_EQ(only.weights, scaled.weights);
  const auto& last = averaged.results[0].curve.back();
  EXPECT_NE(last.metrics.test.loss, scaled.results[0].curve.back().metrics.test.loss);
  EXPECT_EQ(last.metrics.test.loss, only.results[0].curve.back().metrics.test.loss);
}

// For a linear network the mean over dropout masks tends to the scaled output, with an error of 1/sqrt(samples).
TEST_F(stack, monte_carlo_dropout_of_a_linear_network_tends_to_weight_scaling) {
  const auto outputs = [&](int samples) {
    return train(small_with({"model.dropout=0.5", "model.activation=identity", "train.loss=mse",
                             "record.predictions=true", dropout_samples(samples)}))
        .results[0]
        .predictions.values;
  };
  const std::vector<double> scaled = outputs(0);
  const auto distance = [&](int samples) {
    const std::vector<double> averaged = outputs(samples);
    double squares = 0;
    for (std::size_t i = 0; i < scaled.size(); ++i) squares += std::pow(averaged[i] - scaled[i], 2);
    return std::sqrt(squares / static_cast<double>(scaled.size()));
  };
  const double few = distance(4), many = distance(400);
  EXPECT_GT(few, 0.05);
  EXPECT_NEAR(few / many, 10, 1);
}

TEST_F(stack, monte_carlo_dropout_predictions_agree_with_the_evaluation) {
  const store::RunResult result =
      train(small_with({"model.dropout=0.5", "train.epochs=20", "record.predictions=true", dropout_samples(5)}))
          .results[0];
  EXPECT_EQ(error_of(result.predictions), *result.summary.final->metrics.test.error);
  double loss = 0;
  for (std::size_t n = 0; n < 100; ++n)
    loss -= result.predictions.values[n * 10 + static_cast<std::size_t>(result.predictions.labels[n])] / 100;
  EXPECT_NEAR(loss, *result.summary.final->metrics.test.loss, 1e-5);
}

TEST_F(stack, the_stop_flag_ends_a_stack_without_results) {
  const plan::Plan plan = plan_of(small);
  SharedState shared;
  const std::atomic<bool> stop = true;
  EXPECT_FALSE(train_stack(plan, {0}, shared, {}, nullptr, stop));
}

TEST_F(stack, denormal_numbers_are_flushed_to_zero_during_training) {
  const auto tiny = [] {
    const volatile float x = 1e-30f;
    return x * 1e-10f;
  };
  const plan::Plan plan = plan_of(small);
  SharedState shared;
  const std::atomic<bool> stop = false;
  double most = 0;
  train_stack(plan, {0}, shared, {{}, [&](double) { most = std::max<double>(most, tiny()); }}, nullptr, stop);
  EXPECT_EQ(most, 0);
  EXPECT_GT(tiny(), 0);
}

TEST_F(stack, progress_adds_up_to_the_cost_of_the_runs) {
  const plan::Plan plan = plan_of(with(small, R"("seeds": 2)"));
  SharedState shared;
  const std::atomic<bool> stop = false;
  double done = 0;
  train_stack(plan, {0, 1}, shared, {{}, [&](double flops) { done += flops; }}, nullptr, stop);
  EXPECT_NEAR(done, 2 * plan::run_flops(plan.points[0].experiment), 1);
}

}  // namespace
}  // namespace descent::train
