// A part with any part.json is damaged or contains runs whose rows are in its files. An input that is a JSON object
// patches part.json (RFC 7396), because no fuzzer would guess the checksums of the files; any other replaces it.

#include "store/parts.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "fuzz.h"
#include "results.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plan::Plan plan = fuzz::two_runs();
  static const std::filesystem::path part = fuzz::write_part(fuzz::folder(), plan);
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
