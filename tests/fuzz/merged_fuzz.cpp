// A part from another results folder is merged, counted and averaged, or set aside, whatever its files contain. The
// input is the contents of these files, each after a line "@NAME" and without the header; headers, sizes and checksums
// are corrected here.

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "fuzz.h"
#include "report/points.h"
#include "report/status.h"
#include "results.h"
#include "stats/ensembles.h"
#include "stats/tables.h"

using namespace descent;
namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> pieces_of(std::string_view input) {
  std::map<std::string, std::string> pieces;
  while (input.starts_with('@') && input.find('\n') != input.npos) {
    const std::string name(input.substr(1, input.find('\n') - 1));
    input.remove_prefix(name.size() + 2);
    const std::size_t end =
        std::min(input.find("\n@") == input.npos ? input.npos : input.find("\n@") + 1, input.size());
    pieces[name] = input.substr(0, end);
    input.remove_prefix(end);
  }
  return pieces;
}

// The header of the genuine file followed by the piece; arrays keep their size.
std::string forged(const std::string& name, const std::string& genuine, const std::string& piece) {
  const std::size_t header = genuine.find('\n') + 1;
  if (name.ends_with(".csv")) return genuine.substr(0, header) + piece;
  return genuine.substr(0, header) + (piece + std::string(genuine.size(), '\0')).substr(0, genuine.size() - header);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plan::Plan plan = fuzz::two_runs();
  static const fs::path others = fuzz::folder() / "others", ours = fuzz::folder() / "ours";
  static const fs::path part = fuzz::write_part(others, plan);
  static const fs::path damaged = part.string() + ".damaged";
  static const nlohmann::json genuine = nlohmann::json::parse(core::read_file(part / "part.json"));
  static const std::map<std::string, std::string> files = [] {
    std::map<std::string, std::string> all;
    for (const auto& [name, sum] : genuine.at("sha256").items()) all[name] = core::read_file(part / name);
    return all;
  }();

  if (!fs::exists(part)) fs::rename(damaged, part);
  fs::remove_all(ours);
  fs::create_directories(ours);
  nlohmann::json about = genuine;
  about.erase("checksum");
  const auto pieces = pieces_of(fuzz::text_of(data, size));
  for (const auto& [name, bytes] : files) {
    const auto piece = pieces.find(name);
    const std::string content = piece == pieces.end() ? bytes : forged(name, bytes, piece->second);
    about["sha256"][name] = core::sha256(content);
    std::ofstream(part / name, std::ios::binary) << content;
  }
  std::ofstream(part / "part.json", std::ios::binary) << about.dump();

  const store::Results results(ours, plan);
  const std::size_t taken = results.copy_from(store::Results::at(others / "x", plan));
  fuzz::require(taken == plan.runs.size() || (taken == 0 && fs::exists(damaged)));
  results.merge();
  stats::write_points(results, plan);
  try {
    stats::write_ensembles(results, plan);
    stats::write_bias_variance(results, plan);
  } catch (const core::InputError&) {  // the runs have different labels
  }
  report::points_table(results, plan, {});
  fuzz::require(report::read_status(results, plan).finished() == taken);
  return 0;
}
