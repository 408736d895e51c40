// A part whose part.json is anything has runs that lie within its files, or is damaged. The input replaces part.json
// or, as JSON, changes it (RFC 7396), since no fuzzer would guess the checksums of the files.

#include "store/parts.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "fuzz.h"
#include "results.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  static const plan::Plan plan = fuzz::two_runs();
  static const fs::path part = [] {
    store::Results(fuzz::folder(), plan).write_part({fuzz::result_of(plan.runs[0]), fuzz::result_of(plan.runs[1])}, {});
    return fs::directory_iterator(fuzz::folder() / "x" / "parts")->path();
  }();
  static const std::string whole = core::read_file(part / "part.json");
  std::string about(fuzz::text_of(data, size));
  if (const auto patch = nlohmann::json::parse(about, nullptr, false); patch.is_object()) {
    nlohmann::json changed = nlohmann::json::parse(whole);
    changed.erase("checksum");
    changed.merge_patch(patch);
    about = changed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::ofstream(part / "part.json", std::ios::binary) << about;
  try {
    const store::Part read = store::read_part(part, [](const std::string& hash) {
      return hash == plan.runs[0].hash || hash == plan.runs[1].hash ? &plan.points[0].experiment : nullptr;
    });
    for (const store::PartRun& run : read.runs) {
      for (const auto& [table, rows] : {std::pair(store::Table::curves, run.curve), {store::Table::probes, run.probes}})
        if (rows.begin < rows.end) store::read_range(part / store::file_name(table), rows);
      fuzz::require(store::read_predictions(part, run.predictions).values.size() == 6);
    }
  } catch (const store::DamagedPart&) {
  }
  return 0;
}
