#pragma once
// The shapes of the layers of a model, for parameter counts and costs without LibTorch; lib/fused builds on them.

#include <cstdint>
#include <string>
#include <vector>

#include "config/data_facts.h"

namespace descent::plan {

// A layer with parameters: a linear map, a convolution or a norm.
struct Layer {
  enum class Kind { linear, convolution, norm };
  Kind kind;
  std::string name;      // the prefix of its tensors in files: "linear0"
  std::int64_t in, out;  // features or channels; equal for a norm
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t positions = 1;       // height * width of the output
  bool bias = true;                 // in a norm: beta
  bool affine = true;               // in a norm: gamma
  bool running_statistics = false;  // in a norm
  double initial_scale = 1;         // factor of the initial weights or gamma
  bool trained = true;              // false: drawn once, stored with the running statistics
  bool gradient_ends = false;       // no layer before it is trained
  bool gives_outputs = false;       // the last layer of the network, or of a gate or an expert

  std::int64_t fan_in() const { return in * kernel_height * kernel_width; }
  std::int64_t fan_out() const { return kind == Kind::linear ? out : out * kernel_height * kernel_width; }
};

// The factor of the initial weights of the residual layers of a perceptron (model.branch_init).
double branch_scale(const config::Model& model);

// `norm` must not be "none".
Layer norm_layer(const config::Norm& norm, std::string name, std::int64_t features, double initial_scale = 1);

// The layers of the network [B, channels, height, width] -> [B, outputs], in the order of the tensors in files.
std::vector<Layer> layers_of(const config::Model& model, const config::Shape& shape, std::int64_t outputs);

// The layers of the network of an experiment, with the inputs and outputs of its data set.
std::vector<Layer> layers_of(const config::Experiment& experiment);

// The number of trainable parameters; the largest integer on overflow.
std::int64_t parameter_count(const std::vector<Layer>& layers);

// Floating-point operations of the matrix products for one example: of the forward pass, and of a training step, which
// takes three times as many, less the input gradient of the first layer.
double forward_flops(const std::vector<Layer>& layers);
double training_flops(const std::vector<Layer>& layers);

// Operations of one training step with a full batch; 0 for a closed form.
double step_flops(const config::Experiment& experiment);

// Operations of all training steps of a run, or of solving the closed form; the unit of progress and estimates.
double run_flops(const config::Experiment& experiment);

// The variance of the initial weights with gain 1; 0 for the schemes zeros and constant.
double initial_variance(const config::Init& init, double fan_in, double fan_out);

// The standard deviation of the initial weights of a linear map or a convolution.
double initial_sd(const config::Init& init, const Layer& layer);

}  // namespace descent::plan
