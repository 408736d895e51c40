#pragma once
// The families of networks that make_network() chooses from, and what they share.

#include "fused/network.h"

namespace descent::fused {

// The arguments of make_network().
struct NetworkSpec {
  const config::Model& model;
  const Layout& layout;
  std::int64_t max_rows, threads;
  config::LossKind loss;
};

template <class T> std::unique_ptr<Network<T>> make_mlp(const NetworkSpec& spec);
template <class T> std::unique_ptr<Network<T>> make_convnet(const NetworkSpec& spec);
template <class T> std::unique_ptr<Network<T>> make_linear_model(const NetworkSpec& spec);
template <class T> std::unique_ptr<Network<T>> make_mixture(const NetworkSpec& spec);

// Whether the derivative needs the input of the activation, not only its output.
inline bool derivative_needs_input(config::Activation activation) {
  return activation == config::Activation::gelu || activation == config::Activation::silu;
}

}  // namespace descent::fused
