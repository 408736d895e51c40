// Any checkpoint is states of runs or is set aside with a warning; the rows in a state are whole or a FaultError.
// The input is the bytes behind the checksum, which no fuzzer would guess.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/archive.h"
#include "core/sha256.h"
#include "fuzz.h"
#include "store/archive.h"
#include "store/checkpoint.h"

using namespace descent;

namespace {

void read_as_file(std::string_view bytes) {
  namespace fs = std::filesystem;
  static const fs::path folder = [] {
    std::string name = fs::temp_directory_path() / "checkpoint_fuzz-XXXXXX";
    return fs::path(mkdtemp(name.data()));
  }();
  const fs::path path = folder / "x.checkpoint";
  std::ofstream(path, std::ios::binary) << store::checkpoint_magic << core::sha256(bytes) << bytes;
  const auto steps = store::checkpointed_steps(folder);
  const store::Checkpoints checkpoints(folder);
  if (!checkpoints.warnings().empty()) return;
  for (const auto& [hash, step] : steps)  // a step below 0, which nobody writes, counts as 0
    fuzz::require(std::max<std::int64_t>(checkpoints.find(hash)->step, 0) == step);
}

void read_as_state(std::string_view bytes) {
  store::RunResult result;
  try {
    core::Reader reader(bytes);
    archive(reader, result);
  } catch (const core::FaultError&) {
    return;
  }
  core::Writer writer;
  archive(writer, result);
  fuzz::require(bytes.starts_with(writer.bytes()));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_as_file(fuzz::text_of(data, size));
  read_as_state(fuzz::text_of(data, size));
  return 0;
}
