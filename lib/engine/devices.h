#pragma once
// The devices that LibTorch can use on this machine.

#include <cstddef>
#include <string>

#include "config/device.h"

namespace descent::engine {

// Returns why `device` cannot be used and which devices can; empty if it can.
std::string missing_device(const config::Device& device);

// The number of devices that `device` stands for: all GPUs for "cuda", otherwise 1.
std::size_t device_count(const config::Device& device);

}  // namespace descent::engine
