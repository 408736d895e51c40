// Two ranks in two threads of this process, over the loopback device.

#include "engine/ranks.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <future>
#include <thread>

#include "config/read.h"
#include "engine/engine.h"

namespace descent::engine {
namespace {

config::Experiment ranked_experiment(const std::vector<std::string>& set) {
  config::Overrides overrides;
  overrides.set = set;
  return config::read_document_text(R"({
      "precision": "float64", "engine": "torch",
      "data": {"name": "mnist1d", "train_size": 90, "test_size": 150},
      "model": {"width": 12},
      "train": {"optimizer": {"name": "sgd", "lr": 0.05}, "batch_size": 20, "drop_last": true, "steps": 100}
    })",
                                    "ranks.json", overrides)
      .points.front();
}

std::vector<NamedTensor> trained(const config::Experiment& experiment, std::int64_t steps,
                                 const std::shared_ptr<Ranks>& ranks = {}) {
  at::set_num_threads(1);
  const auto engine = Factory({}, ranks).make({{&experiment, 3, data::Loader().load(experiment.data, 3),
                                                [&](std::int64_t) { return experiment.train.optimizer.lr; }}});
  const std::size_t only = 0;
  EXPECT_FALSE(engine->advance(std::span(&only, 1), steps)[0]);
  return engine->tensors(0);
}

class ranks : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = missing_ranks(); !missing.empty()) GTEST_SKIP() << missing;
  }

  // work(ranks) on rank 0 and, in a thread, on rank 1.
  template <class Work> static void on_both(const Work& work) {
    std::promise<int> port;
    std::thread second([&] { work(join_ranks({1, 2, 1, "127.0.0.1", port.get_future().get()})); });
    work(join_ranks({0, 2}, [&](int number) { port.set_value(number); }));
    second.join();
  }

  // The tensors after training, which must be the same on both ranks.
  static std::vector<NamedTensor> trained_on_both(const config::Experiment& experiment, std::int64_t steps) {
    std::vector<NamedTensor> of_rank[2];
    on_both([&](const std::shared_ptr<Ranks>& own) { of_rank[own->rank()] = trained(experiment, steps, own); });
    for (std::size_t i = 0; i < of_rank[0].size(); ++i)
      EXPECT_TRUE(of_rank[0][i].values.equal(of_rank[1][i].values)) << of_rank[0][i].name << " differs between ranks";
    return of_rank[0];
  }

  static void expect_near(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b, double tolerance) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_LT((a[i].values - b[i].values).abs().max().item<double>(), tolerance) << a[i].name;
  }

  static std::vector<std::string> with(std::vector<std::string> set, const std::string& more) {
    set.push_back(more);
    return set;
  }
};

const std::vector<std::string> batch_norm{"model.norm=batch"};

TEST_F(ranks, compute_the_same_step_as_one_process) {
  const std::vector<std::string> resnet{"model.kind=resnet", "model.blocks=[1]", "model.width=4", "model.norm=batch",
                                        "model.norm.synchronized=true"};
  for (const std::vector<std::string>& set :
       std::vector<std::vector<std::string>>{{},
                                             {"model.norm=layer"},
                                             {"model.norm=batch", "model.norm.synchronized=true"},
                                             {"model.dropout=0.3"},
                                             resnet}) {
    std::vector<std::string> alone = set;
    std::erase(alone, "model.norm.synchronized=true");
    SCOPED_TRACE(set.empty() ? "plain" : set.back());
    expect_near(trained_on_both(ranked_experiment(with(set, "train.world_size=2")), 1),
                trained(ranked_experiment(alone), 1), 1e-12);
  }
}

TEST_F(ranks, agree_with_one_process_over_many_steps) {
  const config::Experiment both =
      ranked_experiment({"model.norm=batch", "model.norm.synchronized=true", "train.world_size=2"});
  expect_near(trained_on_both(both, 100), trained(ranked_experiment(batch_norm), 100), 1e-9);
}

TEST_F(ranks, with_separate_statistics_agree_with_groups_in_one_process) {
  expect_near(trained_on_both(ranked_experiment(with(batch_norm, "train.world_size=2")), 1),
              trained(ranked_experiment(with(batch_norm, "model.norm.statistics_groups=2")), 1), 1e-12);
}

TEST_F(ranks, with_separate_statistics_differ_from_one_process) {
  const auto a = trained_on_both(ranked_experiment(with(batch_norm, "train.world_size=2")), 1),
             b = trained(ranked_experiment(batch_norm), 1);
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, (a[i].values - b[i].values).abs().max().item<double>());
  EXPECT_GT(largest, 1e-4);
}

TEST_F(ranks, broadcast_from_rank_0_and_reduce_flags) {
  on_both([](const std::shared_ptr<Ranks>& own) {
    EXPECT_EQ(own->broadcast(own->is_main() ? "from 0" : ""), "from 0");
    EXPECT_EQ(own->broadcast(own->is_main() ? "" : "ignored"), "");
    EXPECT_TRUE(own->any(!own->is_main()));
    EXPECT_FALSE(own->any(false));
  });
}

TEST_F(ranks, notice_at_once_that_another_rank_has_ended) {
  const auto start = std::chrono::steady_clock::now();
  on_both([](std::shared_ptr<Ranks> own) {
    if (!own->is_main()) return own.reset();
    EXPECT_THROW(own->any(false), RankLost);
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace descent::engine
