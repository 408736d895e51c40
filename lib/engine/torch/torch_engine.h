#pragma once
// The engine of lib/models: autograd on any device that LibTorch knows, all replicas of a group at once.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch/examples.h"

namespace descent::engine {

std::unique_ptr<Engine> make_torch_engine(std::vector<Replica> replicas, at::Device device, DeviceInputs& inputs);

}  // namespace descent::engine
