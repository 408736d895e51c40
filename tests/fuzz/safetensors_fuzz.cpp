// Any bytes are tensors that are not larger than the input or cause an InputError.

#include "core/error.h"
#include "formats/safetensors.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    std::size_t bytes = 0;
    for (const formats::StoredTensor& tensor : formats::parse_safetensors(fuzz::text_of(data, size), "x"))
      bytes += std::visit([](const auto& values) { return values.size() * sizeof(values[0]); }, tensor.values);
    fuzz::require(bytes <= size);
  } catch (const core::InputError&) {
  }
  return 0;
}
