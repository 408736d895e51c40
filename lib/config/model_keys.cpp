#include "config/declare.h"
#include "config/shapes.h"

namespace descent::config {
namespace {

const Condition mlp = only_with<ModelKind::mlp>(), cnn = only_with<ModelKind::cnn>(),
                resnet = only_with<ModelKind::resnet>(), convnet = only_with<ModelKind::cnn, ModelKind::resnet>(),
                layered = only_with<ModelKind::mlp, ModelKind::cnn, ModelKind::resnet>(),
                linear_model = only_with<ModelKind::linear_model>(),
                mixture = only_with<ModelKind::mixture_of_experts>();
const Condition equal_layers{[](E e) { return e.model.hidden.empty(); },
                             "together with model.hidden; set only one of them (null removes a key)"};
const Condition shortcuts{[](E e) { return e.model.shortcut != ShortcutKind::none; }, "with model.shortcut \"none\""};
const Condition normalized{[](E e) { return e.model.norm.kind != NormKind::none; }, "without a norm"};

bool has_width(E e) {
  return chooses<ModelKind::mlp, ModelKind::resnet>(e) ||
         (linear_model.applies(e) && e.model.features.kind != FeatureKind::raw);
}

std::vector<Key> describe(Norm& n) {
  return {
      key("kind", &n.kind, "normalization in every hidden layer"),
      key("momentum", &n.momentum, "weight of the current batch in the running statistics", within(0, 1),
          when([](E e) { return chooses<NormKind::batch>(e) && e.model.norm.predict_with == PredictWith::running; },
               "without the norm \"batch\" and running statistics")),
      key("epsilon", &n.epsilon, "added to the variance", above(0), at_most(1), when(normalized)),
      key("affine", &n.affine, "learned scale and shift: gamma and beta", when(normalized)),
      key("groups", &n.groups, "number of groups; must divide the width of every layer", within(1, 1e6),
          when(only_with<NormKind::group>())),
      key("predict_with", &n.predict_with, "statistics used for evaluation", when(only_with<NormKind::batch>())),
      key("statistics_groups", &n.statistics_groups,
          "parts of a training batch that are normalized separately, as on the devices in data-parallel training",
          within(1, 1e6), when(only_with<NormKind::batch>())),
      key("synchronized", &n.synchronized,
          "true: the groups, or the ranks of train.world_size, share their statistics; false: each uses its own, and "
          "the running statistics are those of the first",
          when([](E e) { return chooses<NormKind::batch>(e) && statistics_parts(e) > 1; },
               "without model.norm.statistics_groups or train.world_size above 1")),
  };
}

std::vector<Key> describe(Dropout& d) {
  return {
      key("rate", &d.rate, "fraction of hidden units set to 0 in training; the others are scaled by 1/(1 - rate)",
          at_least(0), below(1)),
      key("kind", &d.kind, "what is dropped together", when(convnet),
          when([](E e) { return e.model.dropout.rate > 0; }, "without model.dropout.rate")),
  };
}

std::vector<Key> describe(Init& i) {
  return {
      key("scheme", &i.scheme, "distribution of the initial weights"),
      key("gain", &i.gain, "factor of the weights; does not depend on the activation", within(0, largest_value),
          when([](E e) { return !chooses<InitScheme::zeros, InitScheme::constant>(e) && !e.model.init.std; },
               "together with std or without a random initializer")),
      key("mode", &i.mode, "fan that the He initializers divide by",
          when(only_with<InitScheme::he_normal, InitScheme::he_uniform>())),
      key("std", &i.std, "standard deviation of the weights, instead of gain", within(0, largest_value),
          when(only_with<InitScheme::normal, InitScheme::uniform>())),
      key("value", &i.value, "value of every weight", within(-largest_value, largest_value),
          when(only_with<InitScheme::constant>())),
      key("bias", &i.bias, "value of every bias; absent: 0, or U(+-sqrt(1/fan_in)) with pytorch_default",
          within(-largest_value, largest_value)),
  };
}

std::vector<Key> describe(Features& f) {
  const Condition gaussian = only_with<FeatureKind::gaussian_basis>("features");
  return {
      key("kind", &f.kind,
          "inputs of the readout; model.width is the number of random_relu or gaussian_basis features"),
      key("scale", &f.scale, "standard deviation of each Gaussian, in units of the input", above(0),
          at_most(largest_value), when(gaussian)),
      key("centers", &f.centers, "centers of the first and last Gaussian", within(-largest_value, largest_value),
          when(gaussian)),
  };
}

std::vector<Key> describe(Experts& x) {
  return {
      key("count", &x.count, "number of experts", within(1, 1000)),
      key("hidden", &x.hidden, "sizes of the hidden layers of each expert; absent: linear experts [units]",
          within(1, max_units)),
      key("std", &x.std,
          "standard deviation of an expert's errors: training maximizes the likelihood of the "
          "mixture, and the recorded losses are the squared error of its mean; absent: training minimizes the "
          "squared error",
          above(0), at_most(largest_value), when(only_with<LossKind::mse>())),
  };
}

std::vector<Key> describe(Gate& g) {
  return {
      key("hidden", &g.hidden, "sizes of the hidden layers of the gate; absent: a linear gate [units]",
          within(1, max_units)),
      key("activation", &g.activation, "function applied to the hidden units of the gate",
          when([](E e) { return !e.model.gate.hidden.empty(); }, "without model.gate.hidden")),
      key("top_k", &g.top_k,
          "number of experts with the largest gates used for an example (Shazeer et al. 2017); absent: all",
          within(1, 1000)),
      key("load_balancing", &g.load_balancing,
          "weight of the load-balancing loss, the squared coefficient of variation of the "
          "sums of each expert's gates over a batch (Shazeer et al. 2017)",
          within(0, largest_value)),
  };
}

std::vector<Key> describe(Stem& s) {
  return {
      key("kernel", &s.kernel,
          "kernel size; usually 3 for small images, 7 for large images (He et al. 2016) [positions]", within(1, 1000)),
      key("stride", &s.stride, "stride; usually 2 for large images [positions]", within(1, 1000)),
      key("max_pool", &s.max_pool, "max pooling of size 3 and stride 2 after the stem, usual for large images"),
  };
}

}  // namespace

std::vector<Key> describe(Model& m) {
  return {
      key("kind", &m.kind, "family of networks"),
      key("width", &m.width,
          "units of each hidden layer; channels of the first stage of a resnet, doubled in each "
          "further stage; number of features of a linear model [units]",
          within(1, max_units), default_value("64"), when(equal_layers),
          when(has_width,
               "without the model \"mlp\", \"resnet\" or random or Gaussian features of a linear model; for a cnn set "
               "model.channels")),
      key("depth", &m.depth, "number of hidden layers; 0 is a linear classifier", within(0, 1000), default_value("2"),
          when(mlp.applies, "without the model \"mlp\"; for a cnn set model.channels, for a resnet model.blocks"),
          when(equal_layers)),
      key("hidden", &m.hidden, "size of each hidden layer, instead of width and depth [units]", within(1, max_units),
          when(mlp),
          when([](E e) { return !e.model.hidden.empty() || (!e.model.width && !e.model.depth); },
               "together with model.width and model.depth; set only one of them (null removes a key)")),
      key("activation", &m.activation, "function applied to each hidden unit",
          when([](E e) { return layered.applies(e) || !e.model.experts.hidden.empty(); }, "without hidden layers")),
      section("norm", describe(m.norm), "kind", "normalization of hidden layers", when(layered)),
      key("norm_position", &m.norm_position, "position of the norm in a hidden layer", when(normalized),
          when(chooses<ModelKind::mlp, ModelKind::cnn>, "with the model \"resnet\"")),
      key("residual", &m.residual, "every hidden layer except the first adds its input: h + W f(h) + b",
          when(mlp.applies, "without the model \"mlp\"; for a resnet see model.shortcut")),
      key("branch_init", &m.branch_init, "factor of the initial weights of the residual branches", when(mlp),
          when([](E e) { return e.model.residual; }, "without model.residual")),
      key("channels", &m.channels, "output channels of each convolution; absent: 25, 25, 25", within(1, max_units),
          when(cnn)),
      key("kernels", &m.kernels, "kernel size of each convolution; absent: 5, 3, 3, ... [positions]", within(1, 1000),
          when(cnn)),
      key("strides", &m.strides,
          "stride of each convolution of a cnn or each stage of a resnet; absent: 2, but 1 in the first stage "
          "[positions]",
          within(1, 1000), when(convnet)),
      key("padding", &m.padding, "zero padding of the input of each convolution [positions]", within(0, 1000),
          when(cnn)),
      key("max_pool", &m.max_pool,
          "size and stride of max pooling after the activation of each layer; 1: no pooling; absent: none "
          "[positions]",
          within(1, 1000), when(cnn)),
      key("pooling", &m.pooling, "pooling between the last layer and the readout", when(cnn)),
      section("stem", describe(m.stem), "kernel", "the convolution before the first stage", when(resnet)),
      key("blocks", &m.blocks, "number of blocks in each stage; absent: 2, 2, 2, 2 (ResNet-18); 3, 3, 3 is ResNet-20",
          within(1, 1000), when(resnet)),
      key("block", &m.block, "convolutions of a block", when(resnet)),
      key("preactivation", &m.preactivation, "norm and activation before each convolution instead of after it",
          when(resnet)),
      key("final_norm", &m.final_norm,
          "norm and activation after the last block (He et al. 2016b); false for the ResNet18k of Nakkiran et al. 2019",
          when(resnet), when([](E e) { return e.model.preactivation; }, "without model.preactivation")),
      key("shortcut", &m.shortcut, "what is added to the output of a block's convolutions", when(resnet)),
      key("zero_init_residual", &m.zero_init_residual,
          "initialize gamma of the last norm of each block, "
          "or its last convolution if no norm follows, with 0, so that the block starts as its shortcut",
          when(resnet), when(shortcuts)),
      key("stochastic_depth", &m.stochastic_depth,
          "probability p of skipping the last block in a training step; block l "
          "of L is skipped with probability l/L p (Huang et al. 2016); as in torchvision, "
          "the others are scaled by 1/(1 - l/L p) in training",
          at_least(0), below(1), when(resnet), when(shortcuts)),
      section("dropout", describe(m.dropout), "rate", "random zeroing of hidden units in training", when(layered)),
      section("features", describe(m.features), "kind", "fixed features of a linear model", when(linear_model)),
      key("intercept", &m.intercept, "a constant among the features of a linear model, penalized like the others",
          when(linear_model)),
      section("experts", describe(m.experts), "count", "the experts of a mixture", when(mixture)),
      section("gate", describe(m.gate), "", "the network that computes the weights of the experts", when(mixture)),
      section("init", describe(m.init), "scheme", "initial weights and biases",
              when([](E e) { return !has_closed_form(e.train); }, "with a closed form, which starts at 0")),
  };
}

}  // namespace descent::config
