#include "config/device.h"

#include <cstdlib>
#include <filesystem>

#include "core/text.h"

namespace descent::config {
namespace {

#ifdef DESCENT_CUDA
constexpr bool built_with_cuda = true;
#else
constexpr bool built_with_cuda = false;
#endif

// Checks the device files of the driver, because the shell program does not link LibTorch.
bool has_visible_gpu() {
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES"))
    if (const std::string_view list = visible; list.empty() || list == "-1") return false;
  return std::filesystem::exists("/dev/nvidiactl") || std::filesystem::exists("/dev/nvidia0");
}

}  // namespace

std::string name_of(const Device& device) {
  const std::string kind(name_of(device.kind));
  return device.index >= 0 ? kind + ":" + std::to_string(device.index) : kind;
}

std::vector<std::string> device_names() {
  std::vector<std::string> names = choices_of(DeviceKind{}).names();
  names.emplace_back("cuda:N");
  return names;
}

std::optional<Device> parse_device(std::string_view name) {
  constexpr std::string_view cuda = "cuda:";
  const std::string_view number = name.starts_with(cuda) ? name.substr(cuda.size()) : std::string_view();
  if (!number.empty() && number.size() <= 2 && number.find_first_not_of("0123456789") == number.npos)
    return Device{DeviceKind::cuda, *core::parse_integer(number)};
  const Choice* found = choices_of(DeviceKind{}).find(name);
  if (!found) return std::nullopt;
  const auto kind = static_cast<DeviceKind>(found->value);
  return kind == DeviceKind::automatic ? automatic_device() : Device{kind};
}

Device automatic_device() { return {built_with_cuda && has_visible_gpu() ? DeviceKind::cuda : DeviceKind::cpu}; }

}  // namespace descent::config
