// Any bytes are a complete array or cause an InputError.

#include "core/error.h"
#include "formats/npy.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const formats::Npy array = formats::parse_npy(fuzz::text_of(data, size), "x.npy");
    const auto count = static_cast<std::size_t>(array.count());
    fuzz::require(array.bytes.size() <= size);
    fuzz::require(formats::values<float>(array).size() == count);
    fuzz::require(formats::values<std::int32_t>(array).size() == count);
  } catch (const core::InputError&) {
  }
  return 0;
}
