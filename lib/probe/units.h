#pragma once
// The symmetries of networks of units (Bishop 2006, section 5.1.1): the units of a layer, of a convolution its channels,
// may change places, and where f(s z) = s f(z) and no norm undoes it each may be multiplied by s if its outgoing weights
// are divided by it. Layers whose outputs are added move together.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "fused/layout.h"

namespace descent::probe {

enum class Rescaling { none, signs, positive };  // factors 1, +-1, or positive

// Which layers share their units.
struct Wiring {
  struct Stream {
    std::int64_t width;
    std::int64_t block;         // successive units that may change places with each other: a group of group norm
    Rescaling rescaling;
    std::int64_t prefix = -1;   // the stream whose units are the first of this one, in the same order
  };
  static constexpr std::int64_t fixed = -1;  // inputs and outputs stay where they are
  struct Ends {
    std::int64_t in = fixed, out = fixed;
  };
  std::vector<Stream> streams;
  std::map<std::string, Ends, std::less<>> layers;  // the streams that each reads and writes
  std::int64_t experts = fixed;                     // of a mixture: its stream, along which whole experts move
};
Wiring wiring_of(const config::Model& model, const fused::Layout& layout);

// The new unit j of a stream is the unit order[j], multiplied by factor[j].
struct Units {
  std::vector<std::int32_t> order;
  std::vector<double> factor;
};

// Random units for every stream.
std::vector<Units> random_units(const Wiring& wiring, core::Random& random);

// The parameters [P] (or statistics [S]) of the network whose streams have these units.
template <class T>
void transform_units(const fused::Layout& layout, const Wiring& wiring, const std::vector<Units>& units, bool statistics,
                     const T* from, T* to);

}  // namespace descent::probe
