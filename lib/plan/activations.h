#pragma once
// What of a network's inside can be measured, and how its residual blocks can be computed: the words that kernels,
// engines and probes share.

#include <cstdint>

namespace descent::plan {

// linear: the output of a linear map, in a residual perceptron with the shortcut added; of a convolution its own
// output, before norm and shortcut. gate: the weights of a mixture's experts.
enum class ActivationKind { linear, norm_input, pre_activation, activation, gate, output };

// What of a residual block is computed: shortcut and branch, or one of the two.
enum class ResidualPath : std::uint8_t { full, shortcut, branch };

}  // namespace descent::plan
