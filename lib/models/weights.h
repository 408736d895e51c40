#pragma once
// Weights of one network of a stack in a safetensors file, named as in torch.nn.

#include <cstdint>
#include <filesystem>

#include "models/network.h"

namespace descent::models {

// Loads parameters and buffers of one replica from a file of `descent run --save-weights` or save_weights(), in any
// floating-point type. Throws InputError if names or shapes differ from those of the network.
void load_weights(Network& network, std::int64_t replica, const std::filesystem::path& safetensors);

// Writes atomically: the file is complete or missing. Its folder must exist.
void save_weights(const Network& network, std::int64_t replica, const std::filesystem::path& safetensors);

}  // namespace descent::models
