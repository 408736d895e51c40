#pragma once
// The symmetries of a multilayer perceptron (Bishop 2006, section 5.1.1): its hidden units may change places, and
// where f(s z) = s f(z) each may be multiplied by s if its outgoing weights are divided by it.

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "nn/layout.h"

namespace descent::probe {

// The new unit j of a hidden layer is the unit order[j], multiplied by factor[j].
struct Units {
  std::vector<std::int32_t> order;
  std::vector<double> factor;
};

enum class Rescaling { none, signs, positive };  // factors 1, +-1, or positive

// Random units for every hidden layer; those of a residual network share one stream and so one choice.
std::vector<Units> random_units(const config::Model& model, Rescaling rescaling, core::Random& random);

// The parameters [P] (or statistics [S]) of the network whose hidden layers have these units.
template <class T>
void transform_units(const nn::Layout& layout, const std::vector<Units>& hidden, bool statistics, const T* from, T* to);

}  // namespace descent::probe
