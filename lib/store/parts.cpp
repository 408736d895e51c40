#include "store/parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"

namespace descent::store {
namespace {

const std::string& curve_header() {
  static const std::string header = "run," + column_names(curve_columns()) + "\n";
  return header;
}

const std::string& summary_header() {
  static const std::string header = "run," + column_names(summary_columns()) + "\n";
  return header;
}

// The columns are part of the name: a program with other columns makes other parts and never mixes them.
std::string part_name(const std::vector<std::string>& hashes) {
  std::string covered = curve_header() + summary_header();
  for (const std::string& hash : hashes) covered += hash;
  return core::sha256(covered).substr(0, 16);
}

std::string id_of(const std::string& hash) { return hash.substr(0, 16); }

template <class Row>
void append_row(std::string& csv, const std::string& id, std::span<const Column<Row>> columns,
                const Row& row) {
  csv += id;
  for (const Column<Row>& column : columns) csv.append(",").append(cell_text(column.get(row)));
  csv += '\n';
}

// The rows of each run follow each other in the order of `part.runs`; a run without rows is damage.
void find_rows(const std::string& csv, const std::string& header, Range PartRun::*range, Part& part) {
  std::size_t at = header.size();
  for (PartRun& run : part.runs) {
    const std::string start = id_of(run.hash) + ",";
    const std::size_t begin = at;
    while (csv.compare(at, start.size(), start) == 0) {
      const std::size_t end = csv.find('\n', at);
      if (end == std::string::npos) throw DamagedPart("a row is cut off");
      at = end + 1;
    }
    if (at == begin) throw DamagedPart("rows of run " + id_of(run.hash) + " are missing");
    run.*range = {begin, at};
  }
  if (at != csv.size()) throw DamagedPart("it holds rows of unknown runs");
}

std::string checked_file(const std::filesystem::path& folder, const std::string& name,
                         const nlohmann::json& about) {
  std::string bytes = core::read_file(folder / name);
  if (core::sha256(bytes) != about.at("sha256").at(name).get<std::string>())
    throw DamagedPart("the checksum of " + name + " is wrong");
  return bytes;
}

}  // namespace

void write_part(const std::filesystem::path& parts, const std::vector<RunResult>& results,
                const PartTimes& times) {
  std::string curves = curve_header(), summary = summary_header();
  std::vector<std::string> hashes;
  for (const RunResult& result : results) {
    const std::string id = id_of(result.run_hash);
    for (const Evaluation& row : result.curve) append_row(curves, id, curve_columns(), row);
    append_row(summary, id, summary_columns(), result.summary);
    hashes.push_back(result.run_hash);
  }
  const nlohmann::ordered_json about{
      {"runs", hashes},
      {"seconds", times.seconds},
      {"cpu_seconds", times.cpu_seconds},
      {"sha256", {{"curves.csv", core::sha256(curves)}, {"summary.csv", core::sha256(summary)}}}};
  core::AtomicFolder folder(parts / part_name(hashes));
  folder.write("curves.csv", curves);
  folder.write("summary.csv", summary);
  folder.write("part.json", about.dump(1) + "\n");
  folder.commit();
}

void copy_part(const std::filesystem::path& folder, const std::filesystem::path& parts) {
  core::AtomicFolder copy(parts / folder.filename());
  for (const char* name : {"curves.csv", "summary.csv", "part.json"})
    copy.write(name, core::read_file(folder / name));
  copy.commit();
}

void remove_part(const std::filesystem::path& folder) {
  const std::string aside = fmt::format("{}{}-{}-0", core::aside_prefix, folder.filename().string(), getpid());
  std::error_code error;
  std::filesystem::rename(folder, folder.parent_path() / aside, error);
  if (!error) std::filesystem::remove_all(folder.parent_path() / aside, error);
  if (error)
    throw core::FaultError(fmt::format("cannot remove {}: {}; check the permissions of its folder",
                                       folder.string(), error.message()));
}

Part read_part(const std::filesystem::path& folder) try {
  const nlohmann::json about = nlohmann::json::parse(core::read_file(folder / "part.json"));
  const std::string curves = checked_file(folder, "curves.csv", about);
  const std::string summary = checked_file(folder, "summary.csv", about);
  if (!curves.starts_with(curve_header()) || !summary.starts_with(summary_header())) return {};
  const auto hashes = about.at("runs").get<std::vector<std::string>>();
  if (folder.filename() != part_name(hashes)) throw DamagedPart("its name does not fit its runs");
  Part part{about.at("seconds").get<double>(), {}};
  for (const std::string& hash : hashes) part.runs.push_back({hash, {}, {}});
  find_rows(curves, curve_header(), &PartRun::curve, part);
  find_rows(summary, summary_header(), &PartRun::summary, part);
  return part;
} catch (const nlohmann::json::exception&) {
  throw DamagedPart("part.json cannot be read");
} catch (const core::InputError& error) {
  throw DamagedPart(error.what());
}

}  // namespace descent::store
