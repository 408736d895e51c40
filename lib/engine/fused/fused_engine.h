#pragma once
// The engine of lib/fused: explicit passes over padded buffers on the CPU, one replica after the other, so that each
// has its tensors in the cache and no number can depend on the others.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch/examples.h"

namespace descent::engine {

template <class T>
std::unique_ptr<Engine> make_fused_engine(std::vector<Replica> replicas, std::shared_ptr<DeviceInputs> inputs);

}  // namespace descent::engine
