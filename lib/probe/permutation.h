#pragma once
// Permutation symmetries of networks (Bishop 2006, section 5.1.1): the units of a layer, of a convolution its channels,
// can be permuted, and where f(s z) = s f(z) and no norm undoes it each can be multiplied by s if its outgoing weights
// are divided by it. Layers whose outputs are added are permuted together.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "core/random.h"
#include "engine/engine.h"

namespace descent::probe {

enum class Rescaling { none, signs, positive };  // factors 1, +-1, or positive

// Which layers share a permutation of their units.
struct PermutationSpec {
  struct Axis {
    std::int64_t width;
    std::int64_t block;  // successive units that can be permuted with each other: a group of group norm
    Rescaling rescaling;
    std::int64_t prefix = -1;  // the axis whose units are the first of this one, in the same order
  };
  static constexpr std::int64_t fixed = -1;  // inputs and outputs are not permuted
  struct Ends {
    std::int64_t in = fixed, out = fixed;
    bool is_norm = false;
  };
  std::vector<Axis> axes;
  std::map<std::string, Ends, std::less<>> layers;  // the axes of the inputs and outputs of each
  std::int64_t experts = fixed;                     // of a mixture: its axis, along which whole experts are permuted
};
PermutationSpec permutation_spec(const config::Experiment& experiment);

// The new unit j of an axis is the unit order[j], multiplied by factor[j].
struct Units {
  std::vector<std::int64_t> order;
  std::vector<double> factor;
};

// Random units for every axis.
std::vector<Units> random_units(const PermutationSpec& spec, core::Random& random);

// The tensors of the network whose axes have these units.
std::vector<engine::NamedTensor> permuted(const std::vector<engine::NamedTensor>& tensors, const PermutationSpec& spec,
                                          const std::vector<Units>& units);

}  // namespace descent::probe
