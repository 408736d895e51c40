#pragma once
// The layers of a model as plain shapes: parameter counts and cost without LibTorch; lib/fused builds from them.

#include <cstdint>
#include <string>
#include <vector>

#include "config/data_facts.h"

namespace descent::plan {

// What holds parameters: a linear map, a convolution or a norm.
struct Layer {
  enum class Kind { linear, convolution, norm };
  Kind kind;
  std::string name;      // of its tensors in files: "linear0"
  std::int64_t in, out;  // features or channels; of a norm both are the same
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t positions = 1;       // that it is applied at: height * width of the output
  bool bias = true;                 // of a norm: beta
  bool affine = true;               // of a norm: gamma
  bool running_statistics = false;  // of a norm
  double initial_scale = 1;         // factor on the initial weights or gamma
  bool trained = true;              // false: drawn once, counted among the statistics
  bool gradient_ends = false;       // nothing before it is trained
  bool gives_outputs = false;       // of the network, or of the gate or an expert in it

  std::int64_t fan_in() const { return in * kernel_height * kernel_width; }
  std::int64_t fan_out() const { return kind == Kind::linear ? out : out * kernel_height * kernel_width; }
};

// The factor on the initial weights of the residual layers of a perceptron (model.branch_init).
double branch_scale(const config::Model& model);

// Of a norm other than "none".
Layer norm_layer(const config::Norm& norm, std::string name, std::int64_t features, double initial_scale = 1);

// The network [B, channels, height, width] -> [B, outputs], in the order of its tensors in files.
std::vector<Layer> layers_of(const config::Model& model, const config::Shape& shape, std::int64_t outputs);

// The network of an experiment, on the examples and outputs of its data set.
std::vector<Layer> layers_of(const config::Experiment& experiment);

// Trainable numbers of one network; the largest integer where there are more.
std::int64_t parameter_count(const std::vector<Layer>& layers);

// Floating-point operations of the matrix products: forward of one example; a training step costs three times
// that per example, less the input gradient of the first layer.
double forward_flops(const std::vector<Layer>& layers);
double training_flops(const std::vector<Layer>& layers);

// Operations of one training step with a whole batch; a closed form has no steps.
double step_flops(const config::Experiment& experiment);

// Operations of all training steps of one run, or of solving the closed form: what progress and estimates count.
double run_flops(const config::Experiment& experiment);

// Variance of the weights of a scheme with the gain 1, of the fans of a layer. 0 for zeros and constant.
double initial_variance(const config::Init& init, double fan_in, double fan_out);

// Standard deviation of the initial weights of a layer, not of a norm.
double initial_sd(const config::Init& init, const Layer& layer);

}  // namespace descent::plan
