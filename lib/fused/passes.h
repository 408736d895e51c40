#pragma once
// What the explicit passes of perceptrons and convolutional networks share.

#include "config/choices.h"
#include "fused/layout.h"

namespace descent::fused {

// Whether the derivative needs the input of the activation, not only its output.
inline bool derivative_needs_input(config::Activation activation) {
  return activation == config::Activation::gelu || activation == config::Activation::silu;
}

// A tensor of a flat buffer; null where the network has none.
template <class T>
T* at(T* buffer, std::int64_t offset) {
  return offset == absent ? nullptr : buffer + offset;
}

}  // namespace descent::fused
