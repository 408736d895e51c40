#pragma once
// Where a network is trained: "cpu", "cuda" or, of several GPUs, "cuda:1".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/choices.h"

namespace descent::config {

struct Device {
  DeviceKind kind = DeviceKind::cpu;  // automatic only as a choice: reading resolves it
  std::int64_t index = -1;            // of the GPUs that the program sees; -1: any of them
};

// As torch::Device reads it.
std::string name_of(const Device& device);

// What an experiment may say: the choices and "cuda:N".
std::vector<std::string> device_names();
inline constexpr std::string_view numbered_device = "^cuda:[0-9]{1,2}$";

// Nothing for an unknown name; "auto" is resolved.
std::optional<Device> parse_device(std::string_view name);

// What "auto" means: a GPU where the program was built with CUDA and the machine shows one, otherwise the CPU.
Device automatic_device();

}  // namespace descent::config
