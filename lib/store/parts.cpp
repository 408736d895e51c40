#include "store/parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"

namespace descent::store {
namespace {

// The files of a part and their bytes.
using Files = std::map<std::string, std::string, std::less<>>;

std::string header_of(Table table) { return "run," + column_names(table) + "\n"; }

// The columns are part of the name: a program with other columns makes other parts and never mixes them.
std::string part_name(const std::vector<std::string>& hashes, const Files& files) {
  std::string covered;
  for (const Table table : all_tables)
    if (files.contains(file_name(table))) covered += header_of(table);
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

void append_rows(std::string& csv, Table table, const RunResult& result) {
  const std::string id = id_of(result.run_hash);
  switch (table) {
    case Table::curves:
      for (const Evaluation& row : result.curve) append_row(csv, id, curve_columns(), row);
      break;
    case Table::summary: append_row(csv, id, summary_columns(), result.summary); break;
    case Table::probes:
      for (const ProbeRow& row : result.probes) append_row(csv, id, probe_columns(), row);
      break;
  }
}

// The rows of each run follow each other in the order of `part.runs`. A run without probes is one that diverged
// before it could be measured; without other rows it is damaged.
void find_rows(const std::string& csv, Table table, Part& part) {
  std::size_t at = header_of(table).size();
  for (PartRun& run : part.runs) {
    const std::string start = id_of(run.hash) + ",";
    const std::size_t begin = at;
    while (csv.compare(at, start.size(), start) == 0) {
      const std::size_t end = csv.find('\n', at);
      if (end == std::string::npos) throw DamagedPart("a row is cut off");
      at = end + 1;
    }
    if (at == begin && table != Table::probes)
      throw DamagedPart("rows of run " + id_of(run.hash) + " are missing");
    run.rows[static_cast<std::size_t>(table)] = {begin, at};
  }
  if (at != csv.size()) throw DamagedPart("it holds rows of unknown runs");
}

// What part.json names, verified.
Files read_files(const std::filesystem::path& folder, const nlohmann::json& about) {
  Files files;
  for (const auto& [name, checksum] : about.at("sha256").items()) {
    std::string& bytes = files[name] = core::read_file(folder / name);
    if (core::sha256(bytes) != checksum.get<std::string>())
      throw DamagedPart("the checksum of " + name + " is wrong");
  }
  return files;
}

}  // namespace

void write_part(const std::filesystem::path& parts, const std::vector<RunResult>& results,
                const PartTimes& times) {
  Files files;
  for (const Table table : all_tables) {
    std::string csv = header_of(table);
    for (const RunResult& result : results) append_rows(csv, table, result);
    if (csv.size() > header_of(table).size()) files[std::string(file_name(table))] = std::move(csv);
  }
  std::vector<std::string> hashes;
  for (const RunResult& result : results) hashes.push_back(result.run_hash);
  nlohmann::ordered_json about{{"runs", hashes}, {"seconds", times.seconds}, {"cpu_seconds", times.cpu_seconds}};
  core::AtomicFolder folder(parts / part_name(hashes, files));
  for (const auto& [name, bytes] : files) {
    about["sha256"][name] = core::sha256(bytes);
    folder.write(name, bytes);
  }
  folder.write("part.json", about.dump(1) + "\n");
  folder.commit();
}

void copy_part(const std::filesystem::path& folder, const std::filesystem::path& parts) {
  core::AtomicFolder copy(parts / folder.filename());
  const std::string about = core::read_file(folder / "part.json");
  for (const auto& [name, bytes] : read_files(folder, nlohmann::json::parse(about))) copy.write(name, bytes);
  copy.write("part.json", about);
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
  const Files files = read_files(folder, about);
  for (const Table table : all_tables) {
    const auto file = files.find(file_name(table));
    if (file != files.end() && !file->second.starts_with(header_of(table))) return {};
    if (file == files.end() && table != Table::probes)
      throw DamagedPart(fmt::format("it has no {}", file_name(table)));
  }
  const auto hashes = about.at("runs").get<std::vector<std::string>>();
  if (folder.filename() != part_name(hashes, files)) throw DamagedPart("its name does not fit its runs");
  Part part{about.at("seconds").get<double>(), {}};
  for (const std::string& hash : hashes) part.runs.push_back({hash});
  for (const Table table : all_tables)
    if (const auto file = files.find(file_name(table)); file != files.end()) find_rows(file->second, table, part);
  return part;
} catch (const nlohmann::json::exception&) {
  throw DamagedPart("part.json cannot be read");
} catch (const core::InputError& error) {
  throw DamagedPart(error.what());
}

}  // namespace descent::store
