#pragma once
// The weights of one network of a stack in a file, under torch.nn's names.

#include <cstdint>
#include <filesystem>

#include "models/network.h"

namespace descent::models {

// Parameters and buffers of one replica, as `descent run --save-weights` wrote them or save_weights() below, in any
// floating-point type. InputError where names or shapes differ from those of the network.
void load_weights(Network& network, std::int64_t replica, const std::filesystem::path& safetensors);

// Atomic: the file is whole or absent. Its folder must exist.
void save_weights(const Network& network, std::int64_t replica, const std::filesystem::path& safetensors);

}  // namespace descent::models
