#include "engine/devices.h"

#include <ATen/Context.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <algorithm>

namespace descent::engine {

std::string missing_device(const config::Device& device) {
  switch (device.kind) {
    case config::DeviceKind::cpu:
    case config::DeviceKind::automatic: return {};
    case config::DeviceKind::cuda: {
      if (!at::hasCUDA())
        return fmt::format("LibTorch {} {}; use the device \"cpu\"", TORCH_VERSION,
                           at::globalContext().hasCUDART() ? "finds no GPU" : "was built without CUDA");
      const std::size_t count = at::getNumGPUs();
      if (device.index < static_cast<std::int64_t>(count)) return {};
      return fmt::format("LibTorch {} finds {} GPU{}: \"cuda:0\" to \"cuda:{}\"", TORCH_VERSION, count,
                         count == 1 ? "" : "s", count - 1);
    }
  }
  __builtin_unreachable();
}

std::size_t device_count(const config::Device& device) {
  if (device.kind != config::DeviceKind::cuda || device.index >= 0) return 1;
  return std::max<std::size_t>(1, at::getNumGPUs());
}

}  // namespace descent::engine
