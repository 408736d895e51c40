// A checkpoint contains states of runs or is set aside with a warning; a state contains complete rows or causes a
// FaultError. The input is the bytes after the checksum, which no fuzzer would guess.

#include <algorithm>
#include <fstream>

#include "core/archive.h"
#include "core/sha256.h"
#include "fuzz.h"
#include "store/archive.h"
#include "store/checkpoint.h"

using namespace descent;

namespace {

void read_as_file(std::string_view bytes) {
  const std::filesystem::path& folder = fuzz::folder();
  std::ofstream(folder / "x.checkpoint", std::ios::binary) << store::checkpoint_magic << core::sha256(bytes) << bytes;
  const auto steps = store::checkpointed_steps(folder);
  const store::Checkpoints checkpoints(folder);
  if (!checkpoints.warnings().empty()) return;
  for (const auto& [hash, step] : steps)  // a negative step counts as 0
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
