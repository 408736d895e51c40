#pragma once
// Which activations of a network can be measured, and which parts of its residual blocks can be computed: shared by
// kernels, engines and probes.

#include <cstdint>

namespace descent::plan {

// linear: the output of a linear map, in a residual perceptron after the shortcut is added; or of a convolution, before
// norm and shortcut. gate: the weights of the experts of a mixture.
enum class ActivationKind { linear, norm_input, pre_activation, activation, gate, output };

// Which part of a residual block is computed: shortcut and branch, or one of the two.
enum class ResidualPath : std::uint8_t { full, shortcut, branch };

}  // namespace descent::plan
