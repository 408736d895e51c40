#pragma once
// Symmetries of networks (Bishop 2006, section 5.1.1): the units of a layer, or the channels of a convolution, can be
// permuted. Without a norm and if f(s z) = s f(z), each can also be multiplied by s if its outgoing weights are divided
// by s. Layers whose outputs are added share a permutation.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "core/random.h"
#include "engine/engine.h"

namespace descent::probe {

enum class Rescaling { none, signs, positive };  // factors 1, +-1, or positive

// The permutable axes of a network and the layers that they belong to.
struct PermutationSpec {
  struct Axis {
    std::int64_t width;
    std::int64_t block;  // number of consecutive units that can be permuted with each other: a group of group norm
    Rescaling rescaling;
    std::int64_t prefix = -1;  // the axis whose units are the first units of this one
  };
  static constexpr std::int64_t fixed = -1;  // inputs and outputs are not permuted
  struct Ends {
    std::int64_t in = fixed, out = fixed;
    bool is_norm = false;
  };
  std::vector<Axis> axes;
  std::map<std::string, Ends, std::less<>> layers;  // input and output axis of each layer
  std::int64_t experts = fixed;                     // the axis of whole experts in a mixture
};
PermutationSpec permutation_spec(const config::Experiment& experiment);

// Unit j of a permuted axis is the previous unit order[j], multiplied by factor[j].
struct Units {
  std::vector<std::int64_t> order;
  std::vector<double> factor;
};

// Draws a permutation and factors for every axis.
std::vector<Units> random_units(const PermutationSpec& spec, core::Random& random);

// The tensors of the permuted network.
std::vector<engine::NamedTensor> permuted(const std::vector<engine::NamedTensor>& tensors, const PermutationSpec& spec,
                                          const std::vector<Units>& units);

}  // namespace descent::probe
