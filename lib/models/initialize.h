#pragma once
// Every initializer of weights and biases. The formulas stand beside their names in config/model_choices.cpp
// (`descent explain model.init`).

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "config/model.h"

namespace descent::models {

// weight: [out, in, ...]. With pytorch_default and the generator of torch.manual_seed(seed) the bits are those of
// constructing torch.nn.Linear or torch.nn.Conv2d on the CPU, if the bias follows.
void initialize_weight(at::Tensor& weight, const config::Init& init, double fan_in, double fan_out,
                       at::Generator& generator);

// bias: [out].
void initialize_bias(at::Tensor& bias, const config::Init& init, double fan_in, at::Generator& generator);

// Of the fixed layer of random features: weight [out, in] from N(0, 1/in), bias [out] from N(0, 0.01).
void initialize_random_features(at::Tensor& weight, at::Tensor& bias, at::Generator& generator);

}  // namespace descent::models
