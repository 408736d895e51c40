#include "store/parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "core/text.h"
#include "formats/npy.h"

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
  return core::sha256(covered + core::join(hashes, "")).substr(0, 16);
}

std::string id_of(const std::string& hash) { return hash.substr(0, 16); }

void append_rows(std::string& csv, Table table, const RunResult& result) {
  const auto append = [&]<class Row>(std::span<const Column<Row>> columns, const Row& row) {
    csv.append(id_of(result.run_hash)).append(",").append(row_text(columns, row)).append("\n");
  };
  switch (table) {
    case Table::curves:
      for (const Evaluation& row : result.curve) append(curve_columns(), row);
      break;
    case Table::summary: append(summary_columns(), result.summary); break;
    case Table::probes:
      for (const ProbeRow& row : result.probes) append(probe_columns(), row);
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
    if (at == begin && table != Table::probes) throw DamagedPart("rows of run " + id_of(run.hash) + " are missing");
    run.rows[table] = {begin, at};
  }
  if (at != csv.size()) throw DamagedPart("it holds rows of unknown runs");
}

constexpr std::string_view predictions_file = "predictions.npy", labels_file = "labels.npy",
                           targets_file = "targets.npy";

// A .npy file of an array [runs, ...].
struct RunArray {
  std::string_view name;
  std::string header;
  std::uint64_t run_bytes;

  Range range(std::size_t run) const {
    return {header.size() + run * run_bytes, header.size() + (run + 1) * run_bytes};
  }
};

// predictions.npy, and labels.npy or targets.npy.
std::array<RunArray, 2> prediction_arrays(std::size_t runs, std::int64_t examples, std::int64_t outputs,
                                          bool regression) {
  const auto array = [&](std::string_view name, std::string_view descr, std::vector<std::int64_t> shape) {
    const std::int64_t bytes = descr.back() - '0';  // of "<f8"
    const auto size = static_cast<std::uint64_t>(std::accumulate(shape.begin(), shape.end(), bytes, std::multiplies{}));
    shape.insert(shape.begin(), static_cast<std::int64_t>(runs));
    return RunArray{name, formats::npy_header(descr, shape), size};
  };
  return {array(predictions_file, "<f8", {examples, outputs}),
          regression ? array(targets_file, "<f8", {examples, outputs}) : array(labels_file, "<i4", {examples})};
}

template <class T> void append(std::string& bytes, const std::vector<T>& values) {
  static_assert(std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void add_predictions(const std::vector<RunResult>& results, Files& files, nlohmann::ordered_json& about) {
  const Predictions& first = results.front().predictions;
  if (first.outputs == 0) return;
  const auto outputs = static_cast<std::int64_t>(first.outputs), examples = std::ssize(first.values) / outputs;
  const bool regression = first.labels.empty();
  const auto [values, truth] = prediction_arrays(results.size(), examples, outputs, regression);
  std::string& value_bytes = files[std::string(values.name)] = values.header;
  std::string& truth_bytes = files[std::string(truth.name)] = truth.header;
  for (const RunResult& result : results) {
    append(value_bytes, result.predictions.values);
    append(truth_bytes, result.predictions.labels);
    append(truth_bytes, result.predictions.targets);
  }
  about["predictions"] = {{"examples", examples}, {"outputs", outputs}, {"regression", regression}};
}

void find_predictions(const Files& files, const nlohmann::json& about, Part& part) {
  if (!about.contains("predictions")) return;
  const nlohmann::json& shape = about.at("predictions");
  const auto outputs = shape.at("outputs").get<std::int64_t>();
  const bool regression = shape.at("regression").get<bool>();
  const auto arrays =
      prediction_arrays(part.runs.size(), shape.at("examples").get<std::int64_t>(), outputs, regression);
  for (const RunArray& array : arrays) {
    const auto found = files.find(array.name);
    if (found == files.end() || !found->second.starts_with(array.header) ||
        found->second.size() != array.range(part.runs.size()).begin)
      throw DamagedPart(fmt::format("{} does not fit its runs", array.name));
  }
  for (std::size_t i = 0; i < part.runs.size(); ++i)
    part.runs[i].predictions = {static_cast<std::size_t>(outputs), regression, arrays[0].range(i), arrays[1].range(i)};
}

template <class T> std::vector<T> read_values(const std::filesystem::path& path, Range range) {
  const std::string bytes = read_range(path, range);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

// What part.json names, verified.
Files read_files(const std::filesystem::path& folder, const nlohmann::json& about) {
  Files files;
  for (const auto& [name, checksum] : about.at("sha256").items()) {
    std::string& bytes = files[name] = core::read_file(folder / name);
    if (core::sha256(bytes) != checksum.get<std::string>()) throw DamagedPart("the checksum of " + name + " is wrong");
  }
  return files;
}

}  // namespace

void write_part(const std::filesystem::path& parts, const std::vector<RunResult>& results, const PartTimes& times) {
  Files files;
  for (const Table table : all_tables) {
    std::string csv = header_of(table);
    for (const RunResult& result : results) append_rows(csv, table, result);
    if (csv.size() > header_of(table).size()) files[std::string(file_name(table))] = std::move(csv);
  }
  std::vector<std::string> hashes;
  for (const RunResult& result : results) hashes.push_back(result.run_hash);
  nlohmann::ordered_json about{{"runs", hashes}, {"seconds", times.seconds}, {"cpu_seconds", times.cpu_seconds}};
  add_predictions(results, files, about);
  core::AtomicFolder folder(parts / part_name(hashes, files));
  for (const auto& [name, bytes] : files) {
    about["sha256"][name] = core::sha256(bytes);
    folder.write(name, bytes);
  }
  folder.write("part.json", about.dump(1) + "\n");
  folder.commit();
}

std::string read_range(const std::filesystem::path& path, Range range) {
  std::string bytes(range.end - range.begin, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(range.begin));
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw core::FaultError(fmt::format("{}: changed while it was read; run the command again", path.string()));
  return bytes;
}

Predictions read_predictions(const std::filesystem::path& folder, const PredictionRanges& ranges) {
  Predictions read{ranges.outputs, read_values<double>(folder / predictions_file, ranges.values), {}, {}};
  if (ranges.regression) read.targets = read_values<double>(folder / targets_file, ranges.truth);
  else read.labels = read_values<std::int32_t>(folder / labels_file, ranges.truth);
  return read;
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
    throw core::FaultError(
        fmt::format("cannot remove {}: {}; check the permissions of its folder", folder.string(), error.message()));
}

Part read_part(const std::filesystem::path& folder) try {
  const nlohmann::json about = nlohmann::json::parse(core::read_file(folder / "part.json"));
  const Files files = read_files(folder, about);
  for (const Table table : all_tables) {
    const auto file = files.find(file_name(table));
    if (file != files.end() && !file->second.starts_with(header_of(table))) return {};
    if (file == files.end() && table != Table::probes) throw DamagedPart(fmt::format("it has no {}", file_name(table)));
  }
  const auto hashes = about.at("runs").get<std::vector<std::string>>();
  if (folder.filename() != part_name(hashes, files)) throw DamagedPart("its name does not fit its runs");
  Part part{about.at("seconds").get<double>(), {}};
  for (const std::string& hash : hashes) part.runs.push_back({hash});
  for (const Table table : all_tables)
    if (const auto file = files.find(file_name(table)); file != files.end()) find_rows(file->second, table, part);
    else
      for (PartRun& run : part.runs) run.rows[table] = {};
  find_predictions(files, about, part);
  return part;
} catch (const nlohmann::json::exception&) {
  throw DamagedPart("part.json cannot be read");
} catch (const core::InputError& error) {
  throw DamagedPart(error.what());
}

}  // namespace descent::store
