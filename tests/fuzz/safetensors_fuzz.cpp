// Any file is a set of tensors with as many values as their shapes say, or a FaultError.

#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "fuzz.h"
#include "store/safetensors.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("x.safetensors", 0);
  fuzz::require(ftruncate(file, 0) == 0);
  fuzz::require(pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  try {
    for (const auto& [name, tensor] : store::read_safetensors("/proc/self/fd/" + std::to_string(file))) {
      std::size_t count = 1;
      for (const std::int64_t length : tensor.shape) count *= static_cast<std::size_t>(length);
      fuzz::require(std::visit([](const auto& values) { return values.size(); }, tensor.values) == count);
    }
  } catch (const core::FaultError&) {
  }
  return 0;
}
