#pragma once
// The devices of this LibTorch on this machine.

#include <cstddef>
#include <string>

#include "config/device.h"

namespace descent::engine {

// Why networks cannot be trained on it, and what there is; empty: they can.
std::string missing_device(const config::Device& device);

// How many devices "cuda" stands for: all GPUs; others are one.
std::size_t device_count(const config::Device& device);

}  // namespace descent::engine
