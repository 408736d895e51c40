#pragma once
// The engine of lib/fused: explicit passes over padded buffers on the CPU. Replicas are trained one at a time, so that
// their tensors stay in the cache and no result depends on another replica.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch/examples.h"

namespace descent::engine {

template <class T>
std::unique_ptr<Engine> make_fused_engine(std::vector<Replica> replicas, std::shared_ptr<InputCache> inputs);

}  // namespace descent::engine
