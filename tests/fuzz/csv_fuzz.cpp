// Any text is a table with complete rows or causes an InputError.

#include "core/error.h"
#include "formats/table.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const std::optional<bool> regression : {std::optional<bool>(), std::optional(true), std::optional(false)}) try {
      const formats::Table table = formats::parse_table(
          fuzz::text_of(data, size), "x.csv", {.regression = regression, .missing = formats::MissingValues::mean});
      const auto features = static_cast<std::size_t>(table.features);
      const formats::Examples& examples = table.examples;
      const std::size_t rows = examples.y.size() + examples.targets.size();
      fuzz::require(rows > 0 && std::get<0>(examples.x).size() == rows * features);
      fuzz::require((table.classes > 0) == examples.targets.empty());
      for (const std::int32_t label : examples.y) fuzz::require(label >= 0 && label < table.classes);
    } catch (const core::InputError&) {
    }
  return 0;
}
