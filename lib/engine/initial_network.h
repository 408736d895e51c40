#pragma once
// The initial networks of replicas.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "models/network.h"

namespace descent::engine {

// One module for all replicas, on the CPU, initialized from their seeds in the precision of training.
std::shared_ptr<models::Network> initial_network(const std::vector<const Replica*>& replicas);

}  // namespace descent::engine
