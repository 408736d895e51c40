// Any bytes are a complete array or cause an InputError.

#include "core/error.h"
#include "formats/idx.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const formats::Idx array = formats::parse_idx(fuzz::text_of(data, size), "x-ubyte");
    std::size_t count = 1;
    for (const std::int64_t extent : array.shape) count *= static_cast<std::size_t>(extent);
    fuzz::require(array.bytes.size() == count && count <= size);
  } catch (const core::InputError&) {
  }
  return 0;
}
