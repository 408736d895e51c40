#pragma once
// The networks that replicas start from.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "models/network.h"

namespace descent::engine {

// One module for all of them, on the CPU, with the initial values of their seeds, drawn in the precision of training.
std::shared_ptr<models::Network> initial_network(const std::vector<const Replica*>& replicas);

}  // namespace descent::engine
