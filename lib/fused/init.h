#pragma once
// Every initializer. The formulas stand beside their names in config/model_choices.cpp (`descent explain model.init`).

#include <cstdint>

#include "config/experiment.h"
#include "fused/layout.h"

namespace descent::fused {

// Fills the parameters [P] of one network: weights and biases layer by layer from one generator with this seed
// (PyTorch's mt19937, drawing in PyTorch's [out, in] layout), gamma 1, beta 0; and its statistics [S]: running mean 0,
// running variance 1. Pads stay zero. With pytorch_default the bits are those of torch.manual_seed(seed) followed by
// the construction of the nn.Linear and nn.Conv layers in order.
template <class T>
void initialize(const Layout& layout, const config::Init& init, std::int64_t seed, T* parameters, T* statistics);

}  // namespace descent::fused
