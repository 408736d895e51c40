// The explicit backward pass of convolutional networks against central differences.

#include "fused/network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/initial_values.h"
#include "fused/predict_alone.h"

namespace descent::fused {
namespace {

constexpr std::int64_t classes = 3, rows = 4;
constexpr config::Shape image{2, 5, 4}, signal{2, 1, 9};

// Every norm, kind of block, shortcut and dropout on both kinds of data.
std::vector<config::Model> models() {
  std::vector<config::Model> all;
  for (const config::Choice& norm : config::choices_of(config::NormKind{}).table) {
    config::Model cnn;
    cnn.kind = config::ModelKind::cnn;
    cnn.activation = config::Activation::tanh;
    cnn.channels = {4, 6};
    cnn.kernels = {3, 2};
    cnn.norm.kind = static_cast<config::NormKind>(norm.value);
    cnn.norm.groups = 2;
    cnn.dropout = {0.3, config::DropoutKind::channel};
    all.push_back(cnn);
    config::Model pooled = cnn;
    pooled.strides = {1, 1};
    pooled.max_pool = {2, 1};
    pooled.pooling = config::Pooling::max;
    all.push_back(pooled);
    for (const config::Choice& shortcut : config::choices_of(config::ShortcutKind{}).table)
      for (const bool preactivation : {false, true}) {
        config::Model resnet = cnn;
        resnet.kind = config::ModelKind::resnet;
        resnet.activation = preactivation ? config::Activation::gelu : config::Activation::tanh;
        resnet.dropout.kind = config::DropoutKind::unit;
        resnet.width = 4;
        resnet.blocks = {1, 1};
        resnet.block = preactivation ? config::BlockKind::bottleneck : config::BlockKind::basic;
        resnet.shortcut = static_cast<config::ShortcutKind>(shortcut.value);
        resnet.preactivation = preactivation;
        resnet.stem.max_pool = preactivation;
        if (resnet.shortcut != config::ShortcutKind::none) resnet.stochastic_depth = 0.5;
        all.push_back(resnet);
      }
  }
  return all;
}

struct Net {
  Net(const config::Model& model, const config::Shape& shape)
      : layout(make_layout<double>(model, shape, classes)), network(make_network<double>({model, layout, rows})),
        parameters(layout.parameters), statistics(layout.statistics), gradient(layout.parameters),
        x(rows * layout.input_stride),
        scratch(padded<double>(classes) * padded<double>(1)), randomness{model.dropout.rate, 5, 3, 8} {
    draw_initial_values(layout, 1, parameters.data(), statistics.data());
    core::Random random(2);
    for (const TensorSlot& tensor : layout.tensors)
      for (std::int64_t r = 0; r < tensor.rows && !tensor.is_statistic(); ++r)
        for (std::int64_t i = 0; i < tensor.columns; ++i)
          parameters.data()[tensor.offset + r * tensor.stride + i] += 0.2 * random.normal();
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < layout.features; ++i) x.data()[r * layout.input_stride + i] = random.normal();
  }

  double loss() {
    const double* logits = network->forward(x.data(), rows, parameters.data(), statistics.data(), randomness);
    return kernels<double>()
               .cross_entropy(rows, classes, layout.output_stride, logits, labels, 0, network->logits_gradient(),
                              scratch.data())
               .loss /
           rows;
  }
  void differentiate() {
    loss();
    network->backward(x.data(), rows, parameters.data(), gradient.data(), randomness);
  }

  Layout layout;
  std::unique_ptr<Network<double>> network;
  Buffer<double> parameters, statistics, gradient, x, scratch;
  StepRandomness randomness;
  const std::int32_t labels[rows] = {0, 1, 2, 1};
};

TEST(convnet, backward_agrees_with_central_differences_for_every_norm_block_shortcut_and_dropout) {
  for (const config::Shape& shape : {image, signal})
    for (const config::Model& model : models()) {
      Net net(model, shape);
      net.differentiate();
      const std::vector<double> gradient(net.gradient.data(), net.gradient.data() + net.gradient.size());
      for (const TensorSlot& tensor : net.layout.tensors) {
        if (tensor.is_statistic()) continue;
        for (const std::int64_t i : {std::int64_t{0}, (tensor.rows - 1) * tensor.stride + tensor.columns - 1}) {
          double& parameter = net.parameters.data()[tensor.offset + i];
          const double kept = parameter, h = 1e-6;
          parameter = kept + h;
          const double up = net.loss();
          parameter = kept - h;
          const double down = net.loss();
          parameter = kept;
          ASSERT_NEAR(gradient[static_cast<std::size_t>(tensor.offset + i)], (up - down) / (2 * h), 1e-7)
              << config::name_of(model.kind) << ", norm " << config::name_of(model.norm.kind) << ", "
              << config::name_of(model.shortcut) << ", " << tensor.name << "[" << i << "]";
        }
      }
    }
}

TEST(convnet, the_padding_of_parameters_has_no_gradient) {
  for (const config::Model& model : models()) {
    Net net(model, image);
    std::fill_n(net.gradient.data(), net.gradient.size(), 7.0);
    net.differentiate();
    for (const TensorSlot& tensor : net.layout.tensors)
      for (std::int64_t r = 0; r < tensor.rows && !tensor.is_statistic(); ++r)
        for (std::int64_t i = tensor.columns; i < tensor.stride; ++i)
          ASSERT_EQ(net.gradient.data()[tensor.offset + r * tensor.stride + i], 0) << tensor.name;
  }
}

TEST(convnet, predictions_do_not_depend_on_the_batch) {
  for (const config::Model& model : models()) {
    Net net(model, image);
    expect_predicted_alike_alone_and_together(net, rows, classes);
  }
}

TEST(convnet, channel_dropout_drops_whole_channels) {
  config::Model model = models().front();
  model.activation = config::Activation::identity;
  model.pooling = config::Pooling::average;
  model.channels = {classes};
  model.kernels = {1};
  model.strides = {1};
  model.padding = 0;
  Net net(model, image);
  const TensorSlot &conv = *net.layout.find("conv0.weight"), &readout = *net.layout.find("linear.weight");
  std::fill_n(net.parameters.data(), net.parameters.size(), 0.0);
  for (std::int64_t c = 0; c < classes; ++c) {  // every position of every channel is 1
    net.parameters.data()[net.layout.offset("conv0.bias") + c] = 1;
    net.parameters.data()[readout.offset + c * readout.stride + c] = 1;
  }
  ASSERT_EQ(conv.columns, classes);
  const double* means =
      net.network->forward(net.x.data(), rows, net.parameters.data(), net.statistics.data(), net.randomness);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < classes; ++c) {
      const double mean = means[r * net.layout.output_stride + c];
      EXPECT_TRUE(mean == 0 || std::abs(mean - 1 / 0.7) < 1e-12) << mean;
    }
}

}  // namespace
}  // namespace descent::fused
