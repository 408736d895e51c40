#pragma once
// SGD, Adam and AdamW on one flat buffer per network, in PyTorch's order of operations.

#include <cstdint>

#include "config/experiment.h"
#include "fused/layout.h"

namespace descent::engine {

// One step of one network: `step` is 0-based, `moments` holds plan::moment_count buffers of the layout's parameters
// [P].
template <class T>
void optimizer_step(const config::Optimizer& optimizer, double lr, std::int64_t step, const fused::Layout& layout,
                    T* parameters, const T* gradient, T* moments);

}  // namespace descent::engine
