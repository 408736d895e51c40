// The two engines train the same networks: in float64, from the same seed, 200 steps end in the same parameters.

#include <ATen/Parallel.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>
#include <ATen/ops/norm.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "config/read.h"
#include "engine/engine.h"

namespace descent::engine {
namespace {

constexpr std::int64_t steps = 200;
constexpr double tolerance = 1e-10;

// Overrides of the experiment below, with a name for messages.
struct Case {
  std::string name;
  std::vector<std::string> set;
};

config::Experiment experiment_of(const std::vector<std::string>& set, const std::string& engine) {
  config::Overrides overrides;
  overrides.set = set;
  overrides.set.push_back("engine=" + engine);
  return config::read_document_text(R"({
      "precision": "float64",
      "data": {"name": "mnist1d", "train_size": 90, "val_size": 30, "test_size": 150},
      "model": {"kind": "mlp", "width": 12, "depth": 2},
      "train": {"optimizer": {"name": "sgd", "lr": 0.05}, "batch_size": 20, "steps": 1000}
    })",
                                    "parity.json", overrides)
      .points.front();
}

std::unique_ptr<Engine> engine_of(const config::Experiment& experiment, std::int64_t replicas) {
  std::vector<Replica> all;
  data::Loader loader;
  for (std::int64_t seed = 0; seed < replicas; ++seed)
    all.push_back({&experiment, seed, loader.load(experiment.data, seed), [&experiment](std::int64_t step) {
                     return experiment.train.optimizer.lr / (1 + 0.01 * double(step));
                   }});
  at::set_num_threads(1);
  return Factory().make(std::move(all));
}

double largest_difference(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_EQ(a[i].values.sizes(), b[i].values.sizes()) << a[i].name;
    const double difference = a[i].values.sub(b[i].values).abs().max().item().toDouble();
    EXPECT_TRUE(std::isfinite(difference)) << a[i].name;
    largest = std::max(largest, difference);
  }
  return largest;
}

void expect_parity(const Case& c) {
  SCOPED_TRACE(c.name);
  const config::Experiment torch = experiment_of(c.set, "torch"), fused = experiment_of(c.set, "fused");
  const auto a = engine_of(torch, 2), b = engine_of(fused, 2);
  const std::vector<std::size_t> both{0, 1};
  EXPECT_EQ(largest_difference(a->tensors(0), b->tensors(0)), 0) << "initial values";
  for (const std::int64_t until : {std::int64_t{1}, steps}) {
    ASSERT_EQ(a->advance(both, until), b->advance(both, until));
    for (const std::size_t r : both) {
      EXPECT_LT(largest_difference(a->tensors(r), b->tensors(r)), tolerance) << "replica " << r << " step " << until;
      EXPECT_NEAR(a->weight_norm(r), b->weight_norm(r), 1e-8);
      if (a->gradient_norm(r) || b->gradient_norm(r)) {
        EXPECT_NEAR(a->gradient_norm(r).value(), b->gradient_norm(r).value(), 1e-8);
      }
    }
    for (const config::Split split : {config::Split::train, config::Split::test}) {
      const auto x = a->evaluate(both, split), y = b->evaluate(both, split);
      for (const std::size_t r : both) {
        EXPECT_NEAR(x[r].loss, y[r].loss, 1e-8);
        EXPECT_EQ(x[r].error, y[r].error);
        ASSERT_EQ(x[r].absolute_error.has_value(), y[r].absolute_error.has_value());
        EXPECT_NEAR(x[r].absolute_error.value_or(0), y[r].absolute_error.value_or(0), 1e-8);
      }
    }
  }
}

const std::vector<std::string> mlp{};
const std::vector<std::string> cnn{"model.kind=cnn",       "model.width=null",    "model.depth=null",
                                   "model.channels=[6,8]", "model.kernels=[5,3]", "model.strides=[2,2]"};
const std::vector<std::string> resnet{"model.kind=resnet", "model.width=4", "model.depth=null", "model.blocks=[1,1]",
                                      "model.strides=[1,2]"};

TEST(parity, holds_for_every_norm_and_activation_and_model) {
  for (const auto& [kind, base] : {std::pair{"mlp", mlp}, {"cnn", cnn}, {"resnet", resnet}})
    for (const std::string& norm : config::choices_of(config::NormKind{}).names())
      for (const std::string& activation : config::choices_of(config::Activation{}).names()) {
        Case c{std::string(kind) + " " + norm + " " + activation, base};
        c.set.push_back("model.norm=" + norm);
        if (norm == "group") c.set.push_back("model.norm.groups=2");
        c.set.push_back("model.activation=" + activation);
        expect_parity(c);
      }
}

// All other keys that affect a step or an evaluation.
const std::vector<Case> further{
    {"adam", {"train.optimizer.name=adam", "train.optimizer.lr=0.003"}},
    {"adam, decayed weights",
     {"train.optimizer.name=adam", "train.optimizer.lr=0.003", "train.optimizer.weight_decay=0.01",
      "train.optimizer.decay_on=weights"}},
    {"adamw", {"train.optimizer.name=adamw", "train.optimizer.lr=0.003", "train.optimizer.weight_decay=0.1"}},
    {"momentum", {"train.optimizer.momentum=0.9", "train.optimizer.weight_decay=0.001"}},
    {"nesterov", {"train.optimizer.momentum=0.9", "train.optimizer.nesterov=true"}},
    {"clipping", {"train.clip_gradient_norm=0.5"}},
    {"short weights", {"train.max_norm=0.4", "train.optimizer.momentum=0.9"}},
    {"label smoothing", {"train.loss.label_smoothing=0.1"}},
    {"squared error of classes", {"train.loss=mse"}},
    {"real targets", {"data.name=sinusoid", "train.loss=mse"}},
    {"standardized targets", {"data.name=sinusoid", "train.loss=mse", "data.normalize_targets=true"}},
    {"full batch", {"train.batch_size=\"full\""}},
    {"drop last", {"train.drop_last=true"}},
    {"dropout", {"model.dropout=0.3"}},
    {"dropout after batch norm", {"model.dropout=0.3", "model.norm=batch", "model.norm_position=after"}},
    {"Monte-Carlo dropout", {"model.dropout=0.3", "predict.dropout_samples=5"}},
    {"residual perceptron", {"model.depth=4", "model.residual=true", "model.norm=layer"}},
    {"residual perceptron from zero", {"model.depth=4", "model.residual=true", "model.branch_init=zero"}},
    {"statistics groups", {"model.norm=batch", "model.norm.statistics_groups=5", "train.drop_last=true"}},
    {"synchronized statistics",
     {"model.norm=batch", "model.norm.statistics_groups=5", "model.norm.synchronized=true", "train.drop_last=true"}},
    {"predictions with batch statistics", {"model.norm=batch", "model.norm.predict_with=batch"}},
    {"norm without parameters", {"model.norm=batch", "model.norm.affine=false"}},
};

TEST(parity, holds_for_optimizers_losses_and_dropout) {
  for (const Case& c : further) expect_parity(c);
}

const std::vector<Case> of_maps{
    {"dropout of units", {"model.dropout=0.3"}},
    {"short weights", {"train.max_norm=0.4"}},
    {"dropout of channels", {"model.dropout.rate=0.3", "model.dropout.kind=channel"}},
    {"statistics groups", {"model.norm=batch", "model.norm.statistics_groups=5", "train.drop_last=true"}},
    {"augmentation", {"data.augmentation.crop_padding=2", "data.augmentation.flip=true"}},
    {"augmentation of images", {"data.name=digits", "data.augmentation.crop_padding=2", "data.augmentation.flip=true"}},
};

const std::vector<Case> of_cnn{
    {"max pooling", {"model.max_pool=[2,1]", "model.pooling=\"average\""}},
    {"max pooling of images", {"data.name=digits", "model.padding=2", "model.max_pool=[2,1]", "model.norm=layer"}},
    {"global maximum", {"model.pooling=\"max\"", "model.norm=batch", "model.norm_position=after"}},
};

const std::vector<Case> of_resnet{
    {"projection", {"model.shortcut=projection", "model.norm=batch"}},
    {"pre-activation", {"model.shortcut=projection", "model.norm=batch", "model.preactivation=true"}},
    {"pre-activation without a final norm",
     {"model.shortcut=projection", "model.norm=batch", "model.preactivation=true", "model.final_norm=false"}},
    {"bottleneck", {"model.block=bottleneck", "model.norm=group", "model.norm.groups=2"}},
    {"plain", {"model.shortcut=none", "model.norm=batch"}},
    {"zero init", {"model.zero_init_residual=true", "model.norm=batch"}},
    {"zero init without norm", {"model.zero_init_residual=true"}},
    {"stochastic depth", {"model.stochastic_depth=0.5", "model.blocks=[2,2]", "model.norm=batch"}},
    {"stem", {"model.stem.kernel=5", "model.stem.stride=2", "model.stem.max_pool=true"}},
    {"stem of images", {"data.name=digits", "model.stem.max_pool=true", "model.norm=batch"}},
    {"projection of images",
     {"data.name=digits", "model.shortcut=projection", "model.norm=group", "model.norm.groups=2"}},
};

TEST(parity, holds_for_every_key_of_convolutional_networks) {
  for (const auto& [kind, base, own] : {std::tuple{"cnn ", cnn, of_cnn}, {"resnet ", resnet, of_resnet}})
    for (const std::vector<Case>* cases : {&of_maps, &own})
      for (const Case& c : *cases) {
        Case all{kind + c.name, base};
        all.set.insert(all.set.end(), c.set.begin(), c.set.end());
        expect_parity(all);
      }
}

const std::vector<std::string> mixture{
    "model.kind=mixture_of_experts", "model.width=null",         "model.depth=null",
    "model.experts.count=3",         "model.experts.hidden=[8]", "model.gate.hidden=[5]"};

TEST(parity, holds_for_mixtures_of_experts) {
  const std::vector<Case> cases{
      {"probabilities", {}},
      {"top 2", {"model.gate.top_k=2"}},
      {"short weights", {"train.max_norm=0.4"}},
      {"load balancing", {"model.gate.load_balancing=0.5"}},
      {"outputs", {"train.loss=mse"}},
      {"likelihood", {"data.name=piecewise_linear", "train.loss=mse", "model.experts.std=0.5"}},
  };
  for (Case c : cases) {
    c.set.insert(c.set.begin(), mixture.begin(), mixture.end());
    expect_parity(c);
  }
}

// The norms of the incoming weights of every unit of a layer.
at::Tensor lengths(const Engine& engine, const std::string& weight) {
  for (const NamedTensor& tensor : engine.tensors(0))
    if (tensor.name == weight) return tensor.values.flatten(1).norm(2, 1);
  ADD_FAILURE() << weight;
  return {};
}

TEST(max_norm, limits_only_the_weights_of_hidden_units) {
  const auto last_layers = [](const std::string& engine, const std::vector<std::string>& set) {
    const config::Experiment experiment = experiment_of(set, engine);
    const auto trained = engine_of(experiment, 1);
    trained->advance(std::vector<std::size_t>{0}, steps);
    return std::array{lengths(*trained, "linear1.weight"), lengths(*trained, "linear2.weight")};
  };
  for (const std::string engine : {"torch", "fused"}) {
    const auto free = last_layers(engine, {});
    EXPECT_GT(free[0].max().item().toDouble(), 0.6);
    EXPECT_GT(free[1].max().item().toDouble(), 0.5);
    const auto limited = last_layers(engine, {"train.max_norm=0.4"});
    EXPECT_NEAR(limited[0].max().item().toDouble(), 0.4, 1e-12);
    EXPECT_GT(limited[1].max().item().toDouble(), 0.5);  // of the outputs
  }
}

TEST(parity, holds_for_linear_models) {
  const std::vector<std::string> base{"model.kind=linear_model", "model.depth=null", "train.loss=mse"};
  const std::vector<Case> cases{
      {"inputs", {"model.width=null", "model.intercept=true"}},
      {"random features", {"model.features=random_relu"}},
      {"gaussians", {"data.name=sinusoid", "model.features=gaussian_basis"}},
  };
  for (Case c : cases) {
    c.set.insert(c.set.begin(), base.begin(), base.end());
    expect_parity(c);
  }
}

}  // namespace
}  // namespace descent::engine
