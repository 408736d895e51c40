#include "fused/network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fused/buffer.h"
#include "fused/initial_values.h"

namespace descent::fused {
namespace {

struct Small {
  explicit Small(config::Features features, std::int64_t inputs) {
    model.kind = config::ModelKind::linear_model;
    model.features = features;
    model.width = 5;
    model.intercept = true;
    layout = make_layout<double>(model, {1, 1, inputs}, 3);
    parameters = Buffer<double>(layout.parameters);
    statistics = Buffer<double>(layout.statistics);
    draw_initial_values(layout, 7, parameters.data(), statistics.data());
    x = Buffer<double>(2 * layout.input_stride);
    for (std::int64_t r = 0; r < 2; ++r)
      for (std::int64_t i = 0; i < inputs; ++i)
        x.data()[r * layout.input_stride + i] = 0.3 * static_cast<double>(r) - 0.2 * static_cast<double>(i);
    network = make_network<double>({model, layout, 2});
  }
  config::Model model;
  Layout layout;
  Buffer<double> parameters, statistics, x;
  std::unique_ptr<Network<double>> network;
};

TEST(linear_model, raw_features_give_a_linear_map_of_the_inputs) {
  Small net({config::FeatureKind::raw}, 4);
  const double* out = net.network->predict(net.x.data(), 2, net.parameters.data(), net.statistics.data());
  const std::int64_t weight = net.layout.offset("readout.weight"), bias = net.layout.offset("readout.bias");
  for (std::int64_t r = 0; r < 2; ++r)
    for (std::int64_t k = 0; k < 3; ++k) {
      double expected = net.parameters.data()[bias + k];
      for (std::int64_t i = 0; i < 4; ++i)
        expected += net.x.data()[r * net.layout.input_stride + i] *
                    net.parameters.data()[weight + i * net.layout.output_stride + k];
      EXPECT_NEAR(out[r * net.layout.output_stride + k], expected, 1e-14);
    }
}

TEST(linear_model, gaussian_features_have_equally_spaced_centers) {
  Small net({config::FeatureKind::gaussian_basis, 0.1, {0, 1}}, 1);
  const double* out = net.network->predict(net.x.data(), 2, net.parameters.data(), net.statistics.data());
  const std::int64_t weight = net.layout.offset("readout.weight"), bias = net.layout.offset("readout.bias");
  for (std::int64_t r = 0; r < 2; ++r)
    for (std::int64_t k = 0; k < 3; ++k) {
      double expected = net.parameters.data()[bias + k];
      for (std::int64_t i = 0; i < 5; ++i) {
        const double distance = net.x.data()[r * net.layout.input_stride] - 0.25 * static_cast<double>(i);
        expected +=
            std::exp(-distance * distance / 0.02) * net.parameters.data()[weight + i * net.layout.output_stride + k];
      }
      EXPECT_NEAR(out[r * net.layout.output_stride + k], expected, 1e-14);
    }
}

TEST(linear_model, random_features_are_not_parameters) {
  config::Model model;
  model.kind = config::ModelKind::linear_model;
  model.features.kind = config::FeatureKind::random_relu;
  model.width = 4000;
  const Layout layout = make_layout<double>(model, {1, 1, 40}, 10);
  EXPECT_EQ(layout.parameters, 4000 * padded<double>(10));
  EXPECT_TRUE(layout.find("features.weight")->is_statistic());
  EXPECT_TRUE(layout.find("features.bias")->is_statistic());
}

TEST(linear_model, the_gradient_of_the_readout_equals_central_differences) {
  for (const config::Features& features :
       {config::Features{config::FeatureKind::raw}, config::Features{config::FeatureKind::random_relu},
        config::Features{config::FeatureKind::gaussian_basis}}) {
    Small net(features, features.kind == config::FeatureKind::gaussian_basis ? 1 : 4);
    const std::int64_t stride = net.layout.output_stride;
    const auto objective = [&] {  // sum of squares
      const double* out = net.network->predict(net.x.data(), 2, net.parameters.data(), net.statistics.data());
      double sum = 0;
      for (std::int64_t i = 0; i < 2 * stride; ++i) sum += out[i] * out[i];
      return sum;
    };
    const double* out = net.network->forward(net.x.data(), 2, net.parameters.data(), net.statistics.data(), {});
    for (std::int64_t i = 0; i < 2 * stride; ++i) net.network->logits_gradient()[i] = 2 * out[i];
    Buffer<double> gradient(net.layout.parameters);
    net.network->backward(net.x.data(), 2, net.parameters.data(), gradient.data(), {});
    for (const TensorSlot& tensor : net.layout.tensors)
      for (std::int64_t i = tensor.offset; !tensor.is_statistic() && i < tensor.offset + tensor.size(); ++i) {
        if ((i - tensor.offset) % tensor.stride >= tensor.columns) continue;
        double& p = net.parameters.data()[i];
        const double kept = p, step = 1e-6;
        p = kept + step;
        const double above = objective();
        p = kept - step;
        const double below = objective();
        p = kept;
        EXPECT_NEAR(gradient.data()[i], (above - below) / (2 * step), 1e-8) << tensor.name;
      }
  }
}

}  // namespace
}  // namespace descent::fused
