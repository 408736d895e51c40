// Closed-form solutions against steps of gradient descent and the equations that they satisfy.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <map>

#include "config/read.h"
#include "engine/initial_network.h"
#include "models/linear_model.h"

namespace descent::engine {
namespace {

config::Experiment experiment_of(const std::vector<std::string>& set) {
  config::Overrides overrides;
  overrides.set = set;
  return config::read_document_text(R"({
      "precision": "float64",
      "data": {"name": "mnist1d", "train_size": 60, "test_size": 100, "label_noise": 0.15},
      "model": {"kind": "linear_model"},
      "train": {"loss": "mse"}
    })",
                                    "test.json", overrides)
      .points.front();
}

// The larger absolute value; propagates NaN.
double larger(double largest, double value) {
  return std::isnan(value) || std::isnan(largest) ? NAN : std::max(largest, std::abs(value));
}

// A run after its last step, with the features of its training examples.
struct Solved {
  static constexpr std::int64_t seed = 3;

  explicit Solved(std::vector<std::string> set)
      : experiment(experiment_of(set)), data(data::Loader().load(experiment.data, seed)),
        engine(Factory().make(
            {{&experiment, seed, data, [lr = experiment.train.optimizer.lr](std::int64_t) { return lr; }}})) {
    engine->advance(std::vector<std::size_t>{0}, config::total_steps(experiment.train, data.train.size));
    for (const NamedTensor& tensor : engine->tensors(0)) tensors[tensor.name] = tensor.values;
    fill_features();
  }

  // By feature, with the intercept last.
  double weight(std::size_t feature, std::int64_t output) const {
    const auto f = static_cast<std::int64_t>(feature);
    const at::Tensor& readout = tensors.at("readout.weight");  // [K, F]
    if (f == readout.size(1)) return tensors.at("readout.bias").const_data_ptr<double>()[output];
    return readout.const_data_ptr<double>()[output * readout.size(1) + f];
  }
  double largest_difference(const Solved& other) const {
    double largest = 0;
    for (const auto& [name, values] : tensors)
      for (std::int64_t i = 0; i < values.numel(); ++i)
        largest =
            larger(largest, values.const_data_ptr<double>()[i] - other.tensors.at(name).const_data_ptr<double>()[i]);
    return largest;
  }
  double residual(std::size_t example, std::int64_t output) const {
    double sum = data.train.y[example] == output ? -1 : 0;
    for (std::size_t f = 0; f < phi[example].size(); ++f) sum += phi[example][f] * weight(f, output);
    return sum;
  }
  // The largest entry of Phi^T (Phi W - Y) + lambda W.
  double normal_equations(double lambda) const {
    double largest = 0;
    for (std::int64_t k = 0; k < data.outputs; ++k)
      for (std::size_t f = 0; f < phi[0].size(); ++f) {
        double sum = lambda * weight(f, k);
        for (std::size_t i = 0; i < phi.size(); ++i) sum += phi[i][f] * residual(i, k);
        largest = larger(largest, sum);
      }
    return largest;
  }

  // The random features are drawn from the seed of the run.
  void fill_features() {
    const Replica replica{&experiment, seed, data, {}};
    const auto network = initial_network({&replica});
    const at::Tensor x =
        torch::from_blob(const_cast<double*>(data.train.x->data()), {1, data.train.size, data.features}, at::kDouble);
    const at::Tensor features = dynamic_cast<models::LinearModelImpl&>(*network).features(x)[0].contiguous();
    const std::int64_t count = features.size(1);
    for (std::int64_t i = 0; i < data.train.size; ++i) {
      const double* row = features.const_data_ptr<double>() + i * count;
      phi.emplace_back(row, row + count);
      if (experiment.model.intercept) phi.back().push_back(1);
    }
  }

  const config::Experiment experiment;
  const data::RunData data;
  const std::unique_ptr<Engine> engine;
  std::map<std::string, at::Tensor> tensors;
  std::vector<std::vector<double>> phi;  // [n, F], with the intercept
};

const std::vector<std::string> few_features = {"model.intercept=true"};
const std::vector<std::string> many_features = {"model.features=random_relu", "model.width=150"};

std::vector<std::string> with(std::vector<std::string> set, const std::vector<std::string>& more) {
  set.insert(set.end(), more.begin(), more.end());
  return set;
}

TEST(closed_form, two_thousand_steps_of_gradient_descent_agree_with_the_formula) {
  for (const auto& model : {few_features, many_features}) {
    const Solved formula(with(model, {"train.solver=gradient_descent", "train.optimizer.lr=0.5", "train.steps=2000"}));
    const Solved stepped(with(model, {"train.optimizer.name=sgd", "train.optimizer.lr=0.5", "train.batch_size=full",
                                      "train.steps=2000", "model.init=zeros"}));
    EXPECT_LT(formula.largest_difference(stepped), 1e-9);
    EXPECT_GT(std::abs(formula.weight(0, 0)), 1e-4);
  }
}

// The mean squared error has the curvature 2 s^2 / (n K) along a singular vector of the features.
TEST(closed_form, a_relative_learning_rate_is_in_units_of_the_largest_curvature) {
  const Solved formula(
      with(few_features, {"train.solver.kind=gradient_descent", "train.solver.relative_lr=0.5", "train.steps=1"}));
  std::vector<double> flat;
  for (const std::vector<double>& row : formula.phi) flat.insert(flat.end(), row.begin(), row.end());
  const at::Tensor phi = torch::tensor(flat, at::kDouble).view({60, -1});
  const double largest = torch::linalg_svdvals(phi)[0].item<double>();
  EXPECT_NEAR(formula.engine->learning_rate(0).value() * 2 * largest * largest / (60 * 10), 0.5, 1e-12);
}

TEST(closed_form, gradient_descent_begins_at_zero_and_ends_at_least_squares) {
  for (const auto& model : {few_features, many_features}) {
    const Solved least(with(model, {"train.solver=least_squares"}));
    const Solved end(
        with(model, {"train.solver.kind=gradient_descent", "train.solver.relative_lr=1", "train.steps=1e12"}));
    const Solved begin(
        with(model, {"train.solver.kind=gradient_descent", "train.solver.relative_lr=1", "train.steps=0"}));
    EXPECT_LT(end.largest_difference(least), 1e-9);
    EXPECT_EQ(begin.tensors.at("readout.weight").abs().max().item().toDouble(), 0);
  }
}

TEST(closed_form, ridge_solves_its_normal_equations) {
  for (const auto& model : {few_features, many_features})
    for (const double lambda : {1e-3, 1.0, 100.0})
      EXPECT_LT(Solved(with(model, {"train.solver.kind=ridge", "train.solver.lambda=" + std::to_string(lambda)}))
                    .normal_equations(lambda),
                1e-10)
          << lambda;
}

TEST(closed_form, least_squares_solves_the_normal_equations_or_fits_every_target) {
  EXPECT_LT(Solved(with(few_features, {"train.solver=least_squares"})).normal_equations(0), 1e-10);
  const Solved many(with(many_features, {"train.solver=least_squares"}));
  for (std::size_t i = 0; i < many.phi.size(); ++i) EXPECT_LT(std::abs(many.residual(i, 4)), 1e-10);
}

TEST(closed_form, an_unstable_learning_rate_diverges) {
  Solved run(with(few_features, {"train.solver=gradient_descent", "train.optimizer.lr=1000", "train.steps=100000"}));
  const SplitLoss train = run.engine->evaluate(std::vector<std::size_t>{0}, config::Split::train).front();
  EXPECT_FALSE(std::isfinite(train.loss));
}

}  // namespace
}  // namespace descent::engine
