// Any bytes are complete records with labels from 0 to 9 or cause an InputError.

#include <algorithm>

#include "core/error.h"
#include "formats/cifar10.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> x;
  std::vector<std::int32_t> y;
  try {
    formats::append_cifar10(fuzz::text_of(data, size), "x.bin", x, y);
    fuzz::require(x.size() + y.size() == size && x.size() == y.size() * 3072);
    fuzz::require(std::ranges::all_of(y, [](std::int32_t label) { return label >= 0 && label < 10; }));
  } catch (const core::InputError&) {
  }
  return 0;
}
