#pragma once
// The device for training: "cpu", "cuda" or a single GPU such as "cuda:1".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/choices.h"

namespace descent::config {

struct Device {
  DeviceKind kind = DeviceKind::cpu;  // never automatic
  std::int64_t index = -1;            // among the visible GPUs; -1: any
};

// The name in the syntax of torch::Device.
std::string name_of(const Device& device);

// The names allowed in an experiment: the choices and "cuda:N".
std::vector<std::string> device_names();
inline constexpr std::string_view numbered_device = "^cuda:[0-9]{1,2}$";

// Parses a name and resolves "auto". Returns nullopt if it is unknown.
std::optional<Device> parse_device(std::string_view name);

// The meaning of "auto": a GPU if Descent is built with CUDA and the machine has one, or else the CPU.
Device automatic_device();

}  // namespace descent::config
