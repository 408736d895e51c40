#include "plan/layer_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "plan/document.h"

namespace descent::plan {
namespace {

using testing::ElementsAre;

config::Experiment experiment(const std::string& data, const std::string& model, const std::string& train = "{}") {
  return plan_of(fmt::format(R"({{"name": "x", "data": {}, "model": {}, "train": {}}})", data, model, train))
      .points[0]
      .experiment;
}

// "conv0: convolution 5, stride 2, 25 x 20, 150, 5"
std::vector<std::string> rows(const config::Experiment& experiment) {
  std::vector<std::string> texts;
  for (const LayerRow& row : layer_table(experiment))
    texts.push_back(fmt::format("{}: {}, {}, {}, {}", row.name, row.kind, fmt::join(row.output, " x "), row.parameters,
                                row.fan_in ? std::to_string(*row.fan_in) : "-"));
  return texts;
}

TEST(layer_table, lists_the_layers_and_norms_of_a_perceptron) {
  EXPECT_THAT(
      rows(experiment(R"("mnist1d")", R"({"width": 64, "depth": 2, "norm": "batch"})")),
      ElementsAre("linear0: linear, 64, 2624, 40", "norm0: batch norm, 64, 128, -", "linear1: linear, 64, 4160, 64",
                  "norm1: batch norm, 64, 128, -", "linear2: linear, 10, 650, 64"));
}

// Of torch.nn.Conv1d(1, 8, 5, stride=2), Conv1d(8, 16, 3) and MaxPool1d(2) on 40 positions.
TEST(layer_table, lists_convolutions_and_pooling_with_their_output_shapes) {
  EXPECT_THAT(rows(experiment(R"("mnist1d")", R"({"kind": "cnn", "channels": [8, 16], "kernels": [5, 3],
                   "strides": [2, 1], "padding": 0, "max_pool": [1, 2]})")),
              ElementsAre("conv0: convolution 5, stride 2, 8 x 18, 48, 5", "conv1: convolution 3, 16 x 16, 400, 24",
                          ": max pooling 2, stride 2, 16 x 8, 0, -", "linear: linear, 10, 1290, 128"));
}

TEST(layer_table, counts_the_parameters_of_a_resnet) {
  const config::Experiment resnet = experiment(R"("digits")", R"({"kind": "resnet", "width": 4, "blocks": [1]})");
  std::int64_t parameters = 0;
  for (const LayerRow& row : layer_table(resnet)) parameters += row.parameters;
  EXPECT_EQ(parameters, parameter_count(layers_of(resnet)));
  EXPECT_THAT(rows(resnet), testing::Contains("conv1: convolution 3x3, 4 x 8 x 8, 40, 9"));
  EXPECT_THAT(rows(resnet), testing::Contains(": average pooling, 4, 0, -"));
}

TEST(layer_table, distinguishes_fixed_features_from_trained_layers) {
  const std::string train = R"({"solver": "least_squares", "loss": "mse"})";
  EXPECT_THAT(
      rows(experiment(R"("sinusoid")", R"({"kind": "linear_model", "width": 9, "features": "random_relu"})", train)),
      ElementsAre("features: linear, not trained, 9, 0, 1", "readout: linear, 1, 9, 9"));
  EXPECT_THAT(
      rows(experiment(R"("sinusoid")", R"({"kind": "linear_model", "width": 9, "features": "gaussian_basis"})", train)),
      ElementsAre("features: gaussian basis, 9, 0, -", "readout: linear, 1, 9, 9"));
}

TEST(layer_table, lists_the_gate_and_every_expert) {
  EXPECT_THAT(
      rows(experiment(R"("two_moons")", R"({"kind": "mixture_of_experts", "experts": {"count": 2, "hidden": [5]}})")),
      ElementsAre("gate.linear0: linear, 2, 6, 2", "expert0.linear0: linear, 5, 15, 2",
                  "expert0.linear1: linear, 2, 12, 5", "expert1.linear0: linear, 5, 15, 2",
                  "expert1.linear1: linear, 2, 12, 5"));
}

// He et al. 2015: sqrt(2 / fan_in); Glorot and Bengio 2010: sqrt(2 / (fan_in + fan_out)); PyTorch: U(+-1/sqrt(fan_in)).
TEST(layer_table, gives_the_standard_deviation_of_the_initial_weights) {
  const auto sd = [](const std::string& init) {
    return layer_table(experiment(R"("mnist1d")", R"({"hidden": [60], "init": )" + init + "}"))[0].initial_sd.value();
  };
  EXPECT_DOUBLE_EQ(sd(R"("he_normal")"), std::sqrt(2.0 / 40));
  EXPECT_DOUBLE_EQ(sd(R"({"scheme": "he_uniform", "mode": "fan_out", "gain": 3})"), 3 * std::sqrt(2.0 / 60));
  EXPECT_DOUBLE_EQ(sd(R"("xavier_uniform")"), std::sqrt(2.0 / 100));
  EXPECT_DOUBLE_EQ(sd(R"("pytorch_default")"), 1 / std::sqrt(3.0 * 40));
  EXPECT_DOUBLE_EQ(sd(R"({"scheme": "normal", "std": 0.3})"), 0.3);
  EXPECT_DOUBLE_EQ(sd(R"("zeros")"), 0);
}

TEST(layer_table, warns_if_a_map_shrinks_to_one_position_before_the_last_convolution) {
  const auto warning = [](const std::string& model) { return shrinking_warning(experiment(R"("digits")", model)); };
  EXPECT_EQ(
      warning(R"({"kind": "cnn", "channels": [4, 4, 4], "strides": [4, 4, 1], "padding": 1})"),
      "the feature map has one position after conv1, so that the next convolution sees only padding around it; use "
      "smaller strides");
  EXPECT_EQ(warning(R"({"kind": "cnn", "channels": [4, 4], "strides": [4, 4], "padding": 1})"), "");
  EXPECT_EQ(warning(R"({"kind": "cnn", "channels": [4, 4], "strides": [2, 2], "padding": 1})"), "");
}

}  // namespace
}  // namespace descent::plan
