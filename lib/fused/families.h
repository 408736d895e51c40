#pragma once
// The kinds of networks that make_network() chooses from, and what they share.

#include "fused/network.h"

namespace descent::fused {

template <class T> std::unique_ptr<Network<T>> make_mlp(const NetworkSpec& spec);
template <class T> std::unique_ptr<Network<T>> make_convnet(const NetworkSpec& spec);
template <class T> std::unique_ptr<Network<T>> make_linear_model(const NetworkSpec& spec);
template <class T> std::unique_ptr<Network<T>> make_mixture(const NetworkSpec& spec);

// True if the derivative is computed from the input of the activation, not from its output.
inline bool derivative_needs_input(config::Activation activation) {
  return activation == config::Activation::gelu || activation == config::Activation::silu;
}

}  // namespace descent::fused
