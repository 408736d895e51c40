// The explicit backward pass against central differences, over the tables of choices.

#include "fused/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/initial_values.h"
#include "fused/predict_alone.h"

namespace descent::fused {
namespace {

constexpr std::int64_t features = 5, classes = 3, rows = 7;

struct Case {
  config::Activation activation;
  config::NormKind norm;
  config::NormPosition position;
  double dropout;
  bool residual = false;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const config::Choice& activation : config::choices_of(config::Activation{}).table)
    for (const config::Choice& norm : config::choices_of(config::NormKind{}).table)
      for (const config::Choice& position : config::choices_of(config::NormPosition{}).table)
        for (const double dropout : {0.0, 0.4})
          all.push_back({static_cast<config::Activation>(activation.value), static_cast<config::NormKind>(norm.value),
                         static_cast<config::NormPosition>(position.value), dropout});
  const std::size_t plain = all.size();
  for (std::size_t i = 0; i < plain; ++i)
    if (all[i].position == config::NormPosition::before) {
      all.push_back(all[i]);
      all.back().residual = true;
    }
  return all;
}

config::Model model_of(const Case& c) {
  config::Model model;
  model.hidden = {6, 9};
  if (c.residual) model.hidden = {9, 9, 9};
  model.residual = c.residual;
  model.activation = c.activation;
  model.norm.kind = c.norm;
  model.norm.groups = 3;
  model.norm_position = c.position;
  model.dropout.rate = c.dropout;
  return model;
}

// A network in double with random parameters and inputs, and its loss as a function of the parameters.
struct Net {
  explicit Net(const Case& c)
      : model(model_of(c)), layout(make_layout<double>(model, {1, 1, features}, classes)),
        network(make_network<double>({model, layout, rows})), parameters(layout.parameters),
        statistics(layout.statistics), gradient(layout.parameters), x(rows * layout.input_stride),
        scratch(padded<double>(classes) * padded<double>(1)), dropout{c.dropout, 5, 3} {
    draw_initial_values(layout, 1, parameters.data(), statistics.data());
    core::Random random(2);
    for (const TensorSlot& tensor : layout.tensors)  // gamma and beta too, away from 1 and 0
      if (!tensor.is_statistic())
        for (std::int64_t r = 0; r < tensor.rows; ++r)
          for (std::int64_t i = 0; i < tensor.columns; ++i)
            parameters.data()[tensor.offset + r * tensor.stride + i] += 0.3 * random.normal();
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < features; ++i) x.data()[r * layout.input_stride + i] = random.normal();
  }

  double loss(double* logits_gradient = nullptr) {
    const double* logits = network->forward(x.data(), rows, parameters.data(), statistics.data(), dropout);
    return kernels<double>()
               .cross_entropy(rows, classes, layout.output_stride, logits, labels, 0, logits_gradient, scratch.data())
               .loss /
           rows;
  }

  config::Model model;
  Layout layout;
  std::unique_ptr<Network<double>> network;
  Buffer<double> parameters, statistics, gradient, x, scratch;
  StepRandomness dropout;
  const std::int32_t labels[rows] = {0, 1, 2, 0, 1, 2, 1};
};

TEST(mlp, backward_agrees_with_central_differences_for_every_activation_norm_position_and_dropout) {
  for (const Case& c : cases()) {
    Net net(c);
    net.loss(net.network->logits_gradient());
    net.network->backward(net.x.data(), rows, net.parameters.data(), net.gradient.data(), net.dropout);
    for (const TensorSlot& tensor : net.layout.tensors) {
      if (tensor.is_statistic()) continue;
      const std::int64_t last = (tensor.rows - 1) * tensor.stride + tensor.columns - 1;
      for (const std::int64_t i : {std::int64_t{0}, last}) {
        double& parameter = net.parameters.data()[tensor.offset + i];
        const double kept = parameter, h = 1e-6;
        parameter = kept + h;
        const double up = net.loss();
        parameter = kept - h;
        const double down = net.loss();
        parameter = kept;
        ASSERT_NEAR(net.gradient.data()[tensor.offset + i], (up - down) / (2 * h), 1e-7)
            << config::name_of(c.activation) << ", norm " << config::name_of(c.norm) << " "
            << config::name_of(c.position) << (c.residual ? ", residual" : "") << ", dropout " << c.dropout << ", "
            << tensor.name << "[" << i << "]";
      }
    }
  }
}

TEST(mlp, the_padding_of_parameters_has_no_gradient) {
  for (const Case& c : cases()) {
    Net net(c);
    std::fill_n(net.gradient.data(), net.gradient.size(), 7.0);
    net.loss(net.network->logits_gradient());
    net.network->backward(net.x.data(), rows, net.parameters.data(), net.gradient.data(), net.dropout);
    for (const TensorSlot& tensor : net.layout.tensors) {
      if (tensor.is_statistic()) continue;
      for (std::int64_t r = 0; r < tensor.rows; ++r)
        for (std::int64_t i = tensor.columns; i < tensor.stride; ++i)
          ASSERT_EQ(net.gradient.data()[tensor.offset + r * tensor.stride + i], 0)
              << tensor.name << ", " << config::name_of(c.activation) << ", norm " << config::name_of(c.norm);
    }
  }
}

TEST(mlp, predictions_do_not_depend_on_the_batch) {
  for (const Case& c : cases()) {
    Net net(c);
    expect_predicted_alike_alone_and_together(net, rows, classes);
  }
}

TEST(mlp, zero_residual_branches_pass_the_signal_unchanged) {
  config::Model model;
  model.hidden = {8, 8, 8, 8};
  model.residual = true;
  config::Model shallow = model;
  shallow.hidden = {8};
  shallow.residual = false;
  const Layout deep = make_layout<double>(model, {1, 1, features}, classes);
  const Layout flat = make_layout<double>(shallow, {1, 1, features}, classes);
  Buffer<double> deep_parameters(deep.parameters), flat_parameters(flat.parameters), none(0);
  draw_initial_values(deep, 1, deep_parameters.data(), none.data());
  for (const char* branch : {"linear1.weight", "linear2.weight", "linear3.weight"})
    std::fill_n(deep_parameters.data() + deep.offset(branch), deep.find(branch)->size(), 0.0);
  const auto copy = [&](const std::string& from, const std::string& to) {  // stem and readout, weights and biases
    for (const char* what : {".weight", ".bias"}) {
      const TensorSlot& source = *deep.find(from + what);
      std::copy_n(deep_parameters.data() + source.offset, source.size(),
                  flat_parameters.data() + flat.offset(to + what));
    }
  };
  copy("linear0", "linear0");
  copy("linear4", "linear1");
  Net net(cases().front());
  const auto deep_network = make_network<double>({model, deep, rows}),
             flat_network = make_network<double>({shallow, flat, rows});
  const double* a = deep_network->predict(net.x.data(), rows, deep_parameters.data(), none.data());
  const double* b = flat_network->predict(net.x.data(), rows, flat_parameters.data(), none.data());
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t k = 0; k < classes; ++k)
      ASSERT_EQ(a[r * padded<double>(classes) + k], b[r * padded<double>(classes) + k]);
}

TEST(mlp, batch_norm_normalizes_each_unit_over_the_batch_before_the_activation) {
  Net net({config::Activation::identity, config::NormKind::batch, config::NormPosition::before, 0});
  config::Model model = net.model;
  model.hidden = {6};
  const Layout layout = make_layout<double>(model, {1, 1, features}, 6);
  Buffer<double> parameters(layout.parameters), statistics(layout.statistics);
  draw_initial_values(layout, 1, parameters.data(), statistics.data());
  const TensorSlot& readout = *layout.find("linear1.weight");
  for (std::int64_t i = 0; i < 6; ++i)  // the readout shows the hidden units
    for (std::int64_t o = 0; o < 6; ++o) parameters.data()[readout.offset + i * readout.stride + o] = i == o;
  std::fill_n(parameters.data() + layout.offset("linear1.bias"), 6, 0.0);
  const auto network = make_network<double>({model, layout, rows});
  const double* h = network->forward(net.x.data(), rows, parameters.data(), statistics.data(), {});
  for (std::int64_t c = 0; c < 6; ++c) {
    double mean = 0, square = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
      mean += h[r * readout.stride + c] / rows;
      square += h[r * readout.stride + c] * h[r * readout.stride + c] / rows;
    }
    EXPECT_NEAR(mean, 0, 1e-12);
    EXPECT_NEAR(square, 1, 1e-3);  // epsilon
  }
}

TEST(mlp, prediction_with_dropout_uses_the_masks_of_training) {
  Net net({config::Activation::relu, config::NormKind::layer, config::NormPosition::before, 0.4});
  const std::int64_t cells = rows * net.layout.output_stride;
  const double* outputs =
      net.network->forward(net.x.data(), rows, net.parameters.data(), net.statistics.data(), net.dropout);
  const std::vector<double> trained(outputs, outputs + cells);
  outputs = net.network->predict(net.x.data(), rows, net.parameters.data(), net.statistics.data(), net.dropout);
  EXPECT_EQ(std::vector<double>(outputs, outputs + cells), trained);
  outputs = net.network->predict(net.x.data(), rows, net.parameters.data(), net.statistics.data());
  EXPECT_NE(std::vector<double>(outputs, outputs + cells), trained);
}

}  // namespace
}  // namespace descent::fused
