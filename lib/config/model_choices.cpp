#include "config/choices.h"

namespace descent::config {

constexpr Choice models[] = {
    {ModelKind::mlp, "mlp",
     "multilayer perceptron: fully connected hidden layers with norm, activation and dropout, and a linear readout",
     "Rumelhart, Hinton and Williams 1986"},
    {ModelKind::cnn, "cnn",
     "convolutions of images or signals, each with norm, activation and dropout, and a linear readout",
     "LeCun et al. 1998; Greydanus and Kobak 2024"},
    {ModelKind::resnet, "resnet",
     "stages of residual blocks of convolutions, global average pooling and a linear readout", "He et al. 2016"},
    {ModelKind::linear_model, "linear_model",
     "linear readout of fixed features; with the loss \"mse\", train.solver can compute it in closed form",
     "Bishop 2006, \"Pattern Recognition and Machine Learning\", chapter 3"},
    {ModelKind::mixture_of_experts, "mixture_of_experts",
     "several networks, the experts, whose outputs are weighted by a gate for each example",
     "Jacobs et al. 1991, \"Adaptive mixtures of local experts\""},
};
Choices choices_of(ModelKind) { return {"model", models}; }

constexpr Choice features[] = {
    {FeatureKind::raw, "raw", "the unchanged inputs"},
    {FeatureKind::random_relu, "random_relu",
     "relu(x W + b) / sqrt(width), W from N(0, 1/inputs) and b from N(0, 0.01), drawn once per seed; saved W and b "
     "include the factor 1/sqrt(width)",
     "Rahimi and Recht 2007; Belkin et al. 2019"},
    {FeatureKind::gaussian_basis, "gaussian_basis",
     "exp(-(x - c)^2 / (2 scale^2)) of a single input x, with evenly spaced centers c",
     "Bishop 2006, \"Pattern Recognition and Machine Learning\", section 3.1"},
};
Choices choices_of(FeatureKind) { return {"kind of features", features}; }

constexpr Choice activations[] = {
    {Activation::relu, "relu", "max(x, 0)", "Nair and Hinton 2010"},
    {Activation::tanh, "tanh", "tanh(x)", "LeCun et al. 1998"},
    {Activation::sigmoid, "sigmoid", "1 / (1 + exp(-x))", "Rumelhart, Hinton and Williams 1986"},
    {Activation::gelu, "gelu", "x Phi(x) with the normal distribution function Phi", "Hendrycks and Gimpel 2016"},
    {Activation::leaky_relu, "leaky_relu", "x if x > 0, otherwise 0.01 x", "Maas et al. 2013"},
    {Activation::silu, "silu", "x sigmoid(x), also called swish", "Elfwing et al. 2017"},
    {Activation::identity, "identity", "x: the network stays linear", "Saxe et al. 2013"},
};
Choices choices_of(Activation) { return {"activation", activations}; }

constexpr Choice norms[] = {
    {NormKind::none, "none", "no normalization"},
    {NormKind::batch, "batch", "scales each feature to mean 0 and variance 1 over the batch; then gamma x + beta",
     "Ioffe and Szegedy 2015"},
    {NormKind::layer, "layer", "scales each example to mean 0 and variance 1 over its features; then gamma x + beta",
     "Ba et al. 2016"},
    {NormKind::rms, "rms", "scales each example to mean square 1 over its features; then gamma x",
     "Zhang and Sennrich 2019"},
    {NormKind::group, "group",
     "scales each group of features of an example to mean 0 and variance 1; then gamma x + beta", "Wu and He 2018"},
};
Choices choices_of(NormKind) { return {"norm", norms}; }

constexpr Choice norm_positions[] = {
    {NormPosition::before, "before", "linear, norm, activation", "Ioffe and Szegedy 2015"},
    {NormPosition::after, "after", "linear, activation, norm", "Mishkin et al. 2016"},
};
Choices choices_of(NormPosition) { return {"norm position", norm_positions}; }

constexpr Choice statistics[] = {
    {PredictWith::running, "running", "running averages over the training batches", "Ioffe and Szegedy 2015"},
    {PredictWith::batch, "batch",
     "mean and variance of each evaluated batch; batches have the size of those in training and the order of the data"},
};
Choices choices_of(PredictWith) { return {"kind of statistics", statistics}; }

constexpr Choice poolings[] = {
    {Pooling::flatten, "flatten", "none: all positions of all channels are inputs of the readout"},
    {Pooling::average, "average", "global average pooling: the mean of each channel over the map", "Lin et al. 2014"},
    {Pooling::max, "max", "global max pooling: the maximum of each channel over the map", "Oquab et al. 2015"},
};
Choices choices_of(Pooling) { return {"pooling", poolings}; }

constexpr Choice block_kinds[] = {
    {BlockKind::basic, "basic", "two 3x3 convolutions", "He et al. 2016"},
    {BlockKind::bottleneck, "bottleneck", "1x1, 3x3 and 1x1 convolutions, the last with four times as many channels",
     "He et al. 2016"},
};
Choices choices_of(BlockKind) { return {"block", block_kinds}; }

constexpr Choice shortcut_kinds[] = {
    {ShortcutKind::identity, "identity",
     "the input of the block; if the shape changes, subsampled by the stride and padded with zero channels",
     "He et al. 2016, option A"},
    {ShortcutKind::projection, "projection", "the input of the block; if the shape changes, a 1x1 convolution of it",
     "He et al. 2016, option B"},
    {ShortcutKind::none, "none", "nothing: a plain network of the same convolutions", "He et al. 2016"},
};
Choices choices_of(ShortcutKind) { return {"shortcut", shortcut_kinds}; }

constexpr Choice dropout_kinds[] = {
    {DropoutKind::unit, "unit", "each unit independently", "Srivastava et al. 2014"},
    {DropoutKind::channel, "channel", "whole channels of an example", "Tompson et al. 2015"},
};
Choices choices_of(DropoutKind) { return {"kind of dropout", dropout_kinds}; }

constexpr Choice branch_inits[] = {
    {BranchInit::one, "one", "1: initialized by model.init", "He et al. 2016"},
    {BranchInit::inverse_sqrt_depth, "inverse_sqrt_depth",
     "1 / square root of the number of branches: the variance of the sum does not grow with depth",
     "Zhang et al. 2019"},
    {BranchInit::zero, "zero", "0: every block starts as the identity", "Zhang et al. 2019"},
};
Choices choices_of(BranchInit) { return {"branch initialization", branch_inits}; }

// fan_in, fan_out: numbers of inputs and outputs of the layer; fan: the one selected by `mode`. N(0, v) has variance v,
// U(+-b) is uniform on [-b, b] and has variance b^2 / 3.
constexpr Choice initializers[] = {
    {InitScheme::pytorch_default, "pytorch_default",
     "gain * U(+-sqrt(1/fan_in)), variance gain^2/(3 fan_in); bias U(+-sqrt(1/fan_in))", "nn.Linear of PyTorch 2"},
    {InitScheme::zeros, "zeros", "0: all units of a layer stay equal"},
    {InitScheme::constant, "constant", "value: all units of a layer stay equal"},
    {InitScheme::normal, "normal", "N(0, std^2), or N(0, gain^2/fan_in) without std"},
    {InitScheme::uniform, "uniform", "U(+-sqrt(3) std), variance std^2, or U(+-gain sqrt(3/fan_in)) without std"},
    {InitScheme::xavier_normal, "xavier_normal", "N(0, gain^2 * 2/(fan_in + fan_out))", "Glorot and Bengio 2010"},
    {InitScheme::xavier_uniform, "xavier_uniform",
     "U(+-gain sqrt(6/(fan_in + fan_out))), variance gain^2 * 2/(fan_in + fan_out)", "Glorot and Bengio 2010"},
    {InitScheme::he_normal, "he_normal", "N(0, gain^2 * 2/fan)", "He et al. 2015"},
    {InitScheme::he_uniform, "he_uniform", "U(+-gain sqrt(6/fan)), variance gain^2 * 2/fan", "He et al. 2015"},
    {InitScheme::lecun_normal, "lecun_normal", "N(0, gain^2/fan_in)", "LeCun et al. 1998, \"Efficient BackProp\""},
    {InitScheme::orthogonal, "orthogonal", "gain * Q with orthonormal rows or columns, whichever are fewer",
     "Saxe et al. 2013"},
};
Choices choices_of(InitScheme) { return {"initializer", initializers}; }

constexpr Choice fans[] = {
    {FanMode::fan_in, "fan_in", "number of inputs: preserves the variance of activations", "He et al. 2015"},
    {FanMode::fan_out, "fan_out", "number of outputs: preserves the variance of gradients", "He et al. 2015"},
};
Choices choices_of(FanMode) { return {"fan", fans}; }

}  // namespace descent::config
