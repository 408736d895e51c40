#include "store/parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
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
  for (const std::string& hash : hashes) covered += hash;
  return core::sha256(covered).substr(0, 16);
}

std::string id_of(const std::string& hash) { return hash.substr(0, 16); }

template <class Row>
void append_row(std::string& csv, const std::string& id, std::span<const Column<Row>> columns,
                const Row& row) {
  csv.append(id).append(",").append(row_text(columns, row)).append("\n");
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

constexpr std::string_view predictions_file = "predictions.npy", labels_file = "labels.npy",
                           targets_file = "targets.npy";

// Where the elements of an array of whole runs lie; `size` is that of all, in bytes.
struct NpyFile {
  std::string_view name, descr;
  std::vector<std::int64_t> shape;

  std::string header() const { return formats::npy_header(descr, shape); }
  std::uint64_t run_bytes() const {
    std::uint64_t bytes = 4;  // of an element
    for (std::size_t i = 1; i < shape.size(); ++i) bytes *= static_cast<std::uint64_t>(shape[i]);
    return bytes;
  }
  Range range(std::size_t run) const {
    const std::uint64_t begin = header().size() + run * run_bytes();
    return {begin, begin + run_bytes()};
  }
};

// The two files of predictions of `runs` [runs, examples, outputs].
struct PredictionFiles {
  NpyFile values, truth;

  PredictionFiles(std::size_t runs, std::int64_t examples, std::int64_t outputs, bool regression)
      : values{predictions_file, "<f4", {static_cast<std::int64_t>(runs), examples, outputs}},
        truth(regression ? NpyFile{targets_file, "<f4", values.shape}
                         : NpyFile{labels_file, "<i4", {static_cast<std::int64_t>(runs), examples}}) {}
};

template <class T>
void append(std::string& bytes, const std::vector<T>& values) {
  static_assert(sizeof(T) == 4 && std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void add_predictions(const std::vector<RunResult>& results, Files& files, nlohmann::ordered_json& about) {
  const Predictions& first = results.front().predictions;
  if (first.outputs == 0) return;
  const auto outputs = static_cast<std::int64_t>(first.outputs), examples = std::ssize(first.values) / outputs;
  const bool regression = first.labels.empty();
  const PredictionFiles layout(results.size(), examples, outputs, regression);
  std::string values = layout.values.header(), truth = layout.truth.header();
  for (const RunResult& result : results) {
    append(values, result.predictions.values);
    append(truth, result.predictions.labels);
    append(truth, result.predictions.targets);
  }
  about["predictions"] = {{"examples", examples}, {"outputs", outputs}, {"regression", regression}};
  files[std::string(layout.values.name)] = std::move(values);
  files[std::string(layout.truth.name)] = std::move(truth);
}

void find_predictions(const Files& files, const nlohmann::json& about, Part& part) {
  if (!about.contains("predictions")) return;
  const nlohmann::json& shape = about.at("predictions");
  const auto outputs = shape.at("outputs").get<std::int64_t>();
  const bool regression = shape.at("regression").get<bool>();
  const PredictionFiles layout(part.runs.size(), shape.at("examples").get<std::int64_t>(), outputs, regression);
  for (const NpyFile& file : {layout.values, layout.truth}) {
    const auto found = files.find(file.name);
    if (found == files.end() || !found->second.starts_with(file.header()) ||
        found->second.size() != file.range(part.runs.size()).begin)
      throw DamagedPart(fmt::format("{} does not fit its runs", file.name));
  }
  for (std::size_t i = 0; i < part.runs.size(); ++i)
    part.runs[i].predictions = {static_cast<std::size_t>(outputs), regression, layout.values.range(i),
                                layout.truth.range(i)};
}

template <class T>
std::vector<T> read_range(const std::filesystem::path& path, Range range) {
  std::vector<T> values((range.end - range.begin) / sizeof(T));
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(range.begin));
  if (!file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(range.end - range.begin)))
    throw core::FaultError(fmt::format("{}: changed while it was read; run the command again", path.string()));
  return values;
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
  add_predictions(results, files, about);
  core::AtomicFolder folder(parts / part_name(hashes, files));
  for (const auto& [name, bytes] : files) {
    about["sha256"][name] = core::sha256(bytes);
    folder.write(name, bytes);
  }
  folder.write("part.json", about.dump(1) + "\n");
  folder.commit();
}

Predictions read_predictions(const std::filesystem::path& folder, const PredictionRanges& ranges) {
  Predictions read{ranges.outputs, read_range<float>(folder / predictions_file, ranges.values), {}, {}};
  if (ranges.regression) read.targets = read_range<float>(folder / targets_file, ranges.truth);
  else read.labels = read_range<std::int32_t>(folder / labels_file, ranges.truth);
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
  find_predictions(files, about, part);
  return part;
} catch (const nlohmann::json::exception&) {
  throw DamagedPart("part.json cannot be read");
} catch (const core::InputError& error) {
  throw DamagedPart(error.what());
}

}  // namespace descent::store
