#pragma once
// All initializers of weights and biases. Their formulas are in config/model_choices.cpp
// (`descent explain model.init`).

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "config/model.h"

namespace descent::models {

// weight: [out, in, ...]. With pytorch_default and a generator seeded like torch.manual_seed(seed), weight and then
// bias get the same bits as constructing torch.nn.Linear or torch.nn.Conv2d on the CPU.
void initialize_weight(at::Tensor& weight, const config::Init& init, double fan_in, double fan_out,
                       at::Generator& generator);

// bias: [out].
void initialize_bias(at::Tensor& bias, const config::Init& init, double fan_in, at::Generator& generator);

// The fixed layer of random features: weight [out, in] from N(0, 1/in), bias [out] from N(0, 0.01).
void initialize_random_features(at::Tensor& weight, at::Tensor& bias, at::Generator& generator);

}  // namespace descent::models
