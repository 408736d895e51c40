#pragma once
// The engine of lib/models: autograd on any device that LibTorch knows, all replicas of a group at once.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/ranks.h"
#include "engine/torch/device_graph.h"
#include "engine/torch/examples.h"

namespace descent::engine {

// Where an engine trains.
struct TorchPlace {
  at::Device device;
  std::shared_ptr<void> lease;  // held while the engine lives
  DeviceInputs& inputs;
  std::function<void(const std::string&)> note;  // messages for the user
  std::shared_ptr<Ranks> ranks;                  // that train together; null: this process alone
  MakeGraph make_graph{};                        // of training steps; empty: they are not recorded
};

std::unique_ptr<Engine> make_torch_engine(std::vector<Replica> replicas, const TorchPlace& place);

}  // namespace descent::engine
