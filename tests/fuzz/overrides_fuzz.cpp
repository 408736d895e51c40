// Lines with options --set, --sweep and --seeds of the command line together give an experiment or an InputError.

#include "config/read.h"
#include "core/error.h"
#include "core/text.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view file = R"({"data": "digits", "seeds": 2,
    "model": {"width": 8, "depth": 2, "norm": "batch", "init": {"scheme": "he_normal", "gain": 2}},
    "train": {"epochs": 1, "optimizer": {"name": "adam"}},
    "sweep": [{"model.width": [4, 8], "zip": {"model.dropout": [0, 0.5], "train.optimizer.lr": [0.1, 0.2]}},
              {"model.norm.kind": {"range": [0, 3, 1]}}]})";
  config::Overrides overrides;
  for (const std::string& line : core::split(fuzz::text_of(data, size), '\n')) {
    if (line.starts_with("--set ")) overrides.set.push_back(line.substr(6));
    if (line.starts_with("--sweep ")) overrides.sweep.push_back(line.substr(8));
    if (line.starts_with("--seeds ")) overrides.seeds = line.substr(8);
  }
  try {
    config::read_document_text(file, "x.json", overrides);
  } catch (const core::InputError&) {
  }
  return 0;
}
