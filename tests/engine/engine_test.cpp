// Properties that training relies on, for every engine.

#include "engine/engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/record_function.h>
#include <gmock/gmock.h>

#include <cmath>
#include <utility>

#include "config/read.h"
#include "engine/devices.h"
#include "engine/stack.h"

namespace descent::engine {
namespace {

using Replicas = std::vector<std::size_t>;

class every_engine : public testing::TestWithParam<std::string> {
 protected:
  config::Experiment experiment_of(const std::vector<std::string>& set = {}) const {
    config::Overrides overrides;
    overrides.set = set;
    overrides.set.push_back("engine=" + GetParam());
    return config::read_document_text(R"({
      "data": {"name": "mnist1d", "train_size": 100, "val_size": 50, "test_size": 50},
      "model": {"width": 12, "depth": 2, "norm": "batch", "dropout": 0.2},
      "train": {"optimizer": {"name": "adam", "lr": 0.01}, "batch_size": 20, "epochs": 10}
    })",
                                      "test.json", overrides)
        .points.front();
  }
};
INSTANTIATE_TEST_SUITE_P(, every_engine, testing::Values("fused", "torch"),
                         [](const auto& info) { return info.param; });

// An engine with a replica for each learning rate, with the seeds 0, 1, ...
std::unique_ptr<Engine> engine_of(const config::Experiment& experiment, const std::vector<double>& rates) {
  std::vector<Replica> replicas;
  for (const double rate : rates) {
    const std::int64_t seed = std::ssize(replicas);
    replicas.push_back(
        {&experiment, seed, data::Loader().load(experiment.data, seed), [rate](std::int64_t) { return rate; }});
  }
  at::set_num_threads(1);
  return Factory().make(std::move(replicas));
}

bool equal(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].name != b[i].name || !at::equal(a[i].values, b[i].values)) return false;
  return a.size() == b.size();
}

TEST_P(every_engine, inactive_replicas_do_not_change) {
  const config::Experiment experiment = experiment_of();
  const auto engine = engine_of(experiment, {0.01, 0.01}), alone = engine_of(experiment, {0.01});
  const std::vector<NamedTensor> before = engine->tensors(1);
  engine->advance(Replicas{0}, 7);
  alone->advance(Replicas{0}, 7);
  EXPECT_EQ(engine->step(0), 7);
  EXPECT_EQ(engine->step(1), 0);
  EXPECT_TRUE(equal(engine->tensors(1), before));
  EXPECT_TRUE(equal(engine->tensors(0), alone->tensors(0)));
}

TEST_P(every_engine, a_replica_beyond_the_requested_step_does_not_advance) {
  const config::Experiment experiment = experiment_of();
  const auto engine = engine_of(experiment, {0.01, 0.01});
  engine->advance(Replicas{0}, 9);
  const std::vector<NamedTensor> before = engine->tensors(0);
  engine->advance(Replicas{0, 1}, 5);
  EXPECT_EQ(engine->step(0), 9);
  EXPECT_EQ(engine->step(1), 5);
  EXPECT_TRUE(equal(engine->tensors(0), before));
}

TEST_P(every_engine, a_replica_with_a_non_finite_loss_stops_before_that_step_and_the_others_continue) {
  const config::Experiment experiment = experiment_of({"train.optimizer.name=sgd", "model.norm=none"});
  const auto engine = engine_of(experiment, {1e6, 0.01});
  const auto diverged = engine->advance(Replicas{0, 1}, 50);
  ASSERT_TRUE(diverged[0]);
  EXPECT_EQ(engine->step(0), *diverged[0]);
  const auto until = engine_of(experiment, {1e6});
  until->advance(Replicas{0}, *diverged[0]);
  EXPECT_TRUE(equal(engine->tensors(0), until->tensors(0)));
  EXPECT_FALSE(diverged[1]);
  EXPECT_EQ(engine->step(1), 50);
}

TEST_P(every_engine, a_snapshot_is_restored) {
  const config::Experiment experiment = experiment_of();
  const auto engine = engine_of(experiment, {0.01});
  engine->advance(Replicas{0}, 5);
  const std::vector<NamedTensor> snapshot = engine->tensors(0);
  engine->take_snapshot(0);
  engine->advance(Replicas{0}, 10);
  EXPECT_FALSE(equal(engine->tensors(0), snapshot));
  engine->restore_snapshot(0);
  EXPECT_TRUE(equal(engine->tensors(0), snapshot));
}

TEST_P(every_engine, a_saved_replica_resumes_in_another_engine_with_the_same_bits) {
  const config::Experiment experiment = experiment_of();
  const auto first = engine_of(experiment, {0.01}), second = engine_of(experiment, {0.01});
  first->advance(Replicas{0}, 13);
  core::Writer writer;
  first->save(0, writer);
  core::Reader reader(writer.bytes());
  second->load(0, reader);
  EXPECT_TRUE(reader.done());
  for (const auto* engine : {&first, &second}) (*engine)->advance(Replicas{0}, 40);
  EXPECT_TRUE(equal(first->tensors(0), second->tensors(0)));
  EXPECT_EQ(first->gradient_norm(0), second->gradient_norm(0));
}

TEST_P(every_engine, an_observation_shows_the_network_at_that_step_and_does_not_change_it) {
  const config::Experiment experiment = experiment_of();
  const auto observed = engine_of(experiment, {0.01}), plain = engine_of(experiment, {0.01});
  for (const auto* engine : {&observed, &plain}) (*engine)->advance(Replicas{0}, 10);
  {
    const auto observation = observed->observe(0);
    EXPECT_EQ(observation->rows(), 100);
    const auto activations = observation->activations(plan::ActivationKind::activation);
    ASSERT_EQ(activations.size(), 2u);
    EXPECT_EQ(activations[0].layer, "linear0");
    EXPECT_EQ(activations[0].values.sizes(), (std::vector<std::int64_t>{100, 12}));
    EXPECT_GT(activations[0].gradient_norm, 0);
    EXPECT_EQ(observation->weights().size(), observation->weight_gradient_norms().size());
    double squares = 0;
    for (const LayerWeights& weights : observation->weights()) squares += weights.norm * weights.norm;
    EXPECT_NEAR(std::sqrt(squares), observed->weight_norm(0), 1e-6);
  }
  for (const auto* engine : {&observed, &plain}) (*engine)->advance(Replicas{0}, 20);
  EXPECT_TRUE(equal(observed->tensors(0), plain->tensors(0)));
}

TEST_P(every_engine, predictions_are_log_probabilities_with_the_error_of_the_evaluation) {
  const config::Experiment experiment = experiment_of();
  const auto engine = engine_of(experiment, {0.01});
  engine->advance(Replicas{0}, 30);
  const at::Tensor predictions = engine->predict(0, config::Split::test);
  EXPECT_NEAR(predictions.exp().sum().item().toDouble(), 50, 1e-6);
  const at::Tensor classes = predictions.argmax(1);
  std::int64_t errors = 0;
  for (std::int64_t i = 0; i < 50; ++i)
    errors += classes[i].item().toLong() != engine->replica(0).data.test.y[static_cast<std::size_t>(i)];
  EXPECT_EQ(static_cast<double>(errors) / 50, engine->evaluate(Replicas{0}, config::Split::test)[0].error);
}

// On a GPU, reading a number waits for the device, and moving a tensor copies between host and device.
TEST(torch_engine, a_step_does_not_synchronize_with_the_device) {
  const config::Experiment experiment = config::read_document_text(R"({
      "engine": "torch", "data": {"name": "mnist1d", "train_size": 2000, "test_size": 50},
      "model": {"width": 12, "depth": 2, "norm": "batch", "dropout": 0.2},
      "train": {"optimizer": "adam", "batch_size": 20, "epochs": 1, "clip_gradient_norm": 1}
    })",
                                                                   "test.json", {})
                                            .points.front();
  const auto engine = engine_of(experiment, {0.01, 0.01});
  static std::int64_t calls = 0;
  static bool updates = false;  // fused optimizers read their step count; on a GPU without waiting
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback([](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
        const std::string name = function.name();
        const bool reads = name == "aten::item" || name == "aten::_local_scalar_dense";
        if (!reads) updates = name.starts_with("aten::_fused_");
        const bool moves = name == "aten::_to_copy" && function.inputs()[0].toTensor().dim() > 0;  // no plain number
        calls += moves || (reads && !updates);
        return nullptr;
      })
          .scopes({at::RecordScope::FUNCTION})
          .needsInputs(true));
  const auto calls_of = [&](std::int64_t steps) {
    calls = 0;
    engine->advance(Replicas{0, 1}, engine->step(0) + steps);
    return calls;
  };
  const std::int64_t of_few = calls_of(5), of_many = calls_of(50);
  at::removeCallback(handle);
  EXPECT_GT(of_few, 0) << "the callback sees nothing";
  EXPECT_EQ(of_many, of_few);
}

config::Experiment stack_experiment(std::vector<std::string> set) {
  for (const char* key : {"engine=torch", "precision=\"float64\"", "train.optimizer.name=sgd",
                          "train.optimizer.momentum=0.9", "train.batch_size=20"})
    set.insert(set.begin(), key);
  config::Overrides overrides;
  overrides.set = std::move(set);
  return config::read_document_text(R"({
      "data": {"name": "mnist1d", "train_size": 60, "test_size": 50, "augmentation": {"crop_padding": 2}},
      "model": {"width": 4}, "train": {"epochs": 10}
    })",
                                    "test.json", overrides)
      .points.front();
}

void expect_near(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i].values.sub(b[i].values).abs().max().item().toDouble();
    EXPECT_TRUE(difference < 1e-10) << what << " " << a[i].name << " " << difference;  // false for NaN
  }
}

TEST(torch_engine, a_stack_trains_every_network_like_a_single_one) {
  for (const std::vector<std::string>& model :
       {std::vector<std::string>{"model.depth=2", "model.norm=batch", "model.dropout=0.2"},
        {"model.depth=3", "model.residual=true", "model.norm=layer"},
        {"model.kind=cnn", "model.width=null", "model.channels=[4]", "model.norm=batch", "model.dropout.rate=0.2",
         "model.dropout.kind=channel"},
        {"model.kind=resnet", "model.blocks=[1,1]", "model.strides=[1,2]", "model.norm=batch",
         "model.stochastic_depth=0.5", "model.dropout=0.2"},
        {"model.kind=resnet", "model.blocks=[1]", "model.norm=rms", "model.strides=[2]"},
        {"model.kind=linear_model", "model.features=random_relu"}}) {
    const config::Experiment experiment = stack_experiment(model);
    Stack together(experiment, 4, false), alone(experiment, 4, true);
    EXPECT_EQ(together.group_count(), 1u);
    EXPECT_EQ(alone.group_count(), 4u);
    for (Stack* stack : {&together, &alone}) {
      stack->engine->advance(Replicas{0}, 5);  // the others wait
      stack->advance(20);
    }
    for (std::size_t r = 0; r < 4; ++r) expect_near(together.tensors(r), alone.tensors(r), model[0]);
  }
}

TEST(torch_engine, a_diverging_network_leaves_its_stack_before_that_step) {
  const config::Experiment experiment = stack_experiment({"model.depth=2"});
  const auto rate = [](std::int64_t seed, std::int64_t step) { return seed == 1 && step > 5 ? 1e200 : 0.01; };
  Stack stack(experiment, 4, false, rate), until(experiment, 4, false, rate), plain(experiment, 4, false);
  stack.advance(50);
  ASSERT_TRUE(stack.diverged[1]);
  until.engine->advance(Replicas{1}, *stack.diverged[1]);
  expect_near(stack.tensors(1), until.tensors(1), "diverged");
  EXPECT_FALSE(stack.diverged[0] || stack.diverged[2] || stack.diverged[3]);
  plain.engine->advance(Replicas{0}, 50);
  expect_near(stack.tensors(0), plain.tensors(0), "another");
}

TEST(torch_engine, a_stack_that_does_not_fit_continues_in_halves) {
  const config::Experiment experiment = stack_experiment({"model.depth=2", "model.norm=batch", "model.dropout=0.2"});
  bool full = false;  // simulates out of memory between steps
  const auto rate = [&](std::int64_t seed, std::int64_t step) {
    if (step == 13 && std::exchange(full, false)) throw c10::OutOfMemoryError({__func__, __FILE__, __LINE__}, "full");
    return Stack::usual_rate(seed, step);
  };
  Stack halved(experiment, 4, false, rate), whole(experiment, 4, false);
  for (Stack* stack : {&halved, &whole}) stack->advance(7);
  full = true;
  for (Stack* stack : {&halved, &whole}) stack->advance(20);
  EXPECT_EQ(halved.group_count(), 2u);
  EXPECT_EQ(halved.notes,
            std::vector<std::string>{"4 networks do not fit in the memory of cpu; training them in two halves"});
  for (std::size_t r = 0; r < 4; ++r) expect_near(halved.tensors(r), whole.tensors(r), "halved");
}

TEST(devices, a_missing_device_is_reported_with_those_of_libtorch) {
  EXPECT_EQ(missing_device({}), "");
  if (at::hasCUDA()) GTEST_SKIP() << "there is a GPU";
  EXPECT_THAT(
      missing_device({config::DeviceKind::cuda, 0}),
      testing::MatchesRegex("LibTorch 2\\.[0-9.]+.* (was built without CUDA|finds no GPU); use the device \"cpu\""));
}

}  // namespace
}  // namespace descent::engine
