#include "store/parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/data_facts.h"
#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "core/text.h"
#include "formats/bytes.h"
#include "formats/npy.h"

namespace descent::store {
namespace {

// The bytes of the files of a part, by name.
using Files = std::map<std::string, std::string, std::less<>>;

const std::string& header_of(Table table) {
  static const auto headers = [] {
    std::map<Table, std::string> all;
    for (const Table each : all_tables) all[each] = "run," + column_names(each) + "\n";
    return all;
  }();
  return headers.at(table);
}

// The name depends on the columns too, so that parts of a program with other columns are never mixed in.
std::string part_name(const std::vector<std::string>& hashes, const Files& files) {
  std::string headers;
  for (const Table table : all_tables)
    if (files.contains(file_name(table))) headers += header_of(table);
  return core::sha256(headers + core::join(hashes, "")).substr(0, 16);
}

Range range_of(std::string_view bytes, std::uint64_t begin, std::uint64_t end) {
  return {begin, end, std::hash<std::string_view>()(bytes.substr(begin, end - begin))};
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

// The rows are sorted by run, in the order of `part.runs`. A run that diverged early may have no probes; every run has
// rows in the other tables.
void find_rows(const std::string& csv, Table table, Part& part) {
  std::size_t at = header_of(table).size();
  for (PartRun& run : part.runs) {
    const std::string start = id_of(run.hash) + ",";
    const std::size_t begin = at;
    std::size_t rows = 0;
    for (; csv.compare(at, start.size(), start) == 0; ++rows) {
      const std::size_t end = csv.find('\n', at);
      if (end == std::string::npos) throw DamagedPart("a row is truncated");
      if (!can_be_row(table, std::string_view(csv).substr(at + start.size(), end - at - start.size())))
        throw DamagedPart(fmt::format("a row of {} does not match its columns", file_name(table)));
      at = end + 1;
    }
    if (rows == 0 && table != Table::probes) throw DamagedPart("rows of run " + id_of(run.hash) + " are missing");
    if (rows > 1 && table == Table::summary) throw DamagedPart("run " + id_of(run.hash) + " has several summaries");
    switch (table) {
      case Table::curves: run.curve = range_of(csv, begin, at); break;
      case Table::summary: run.summary = csv.substr(begin, at - begin); break;
      case Table::probes: run.probes = range_of(csv, begin, at); break;
    }
  }
  if (at != csv.size()) throw DamagedPart("it contains rows of unknown runs");
}

constexpr std::string_view part_file = "part.json";

// Limits of the memory that reading a damaged folder can take.
constexpr std::uint64_t max_part_file_bytes = std::uint64_t{1} << 24, max_file_bytes = std::uint64_t{1} << 32;

constexpr std::string_view predictions_file = "predictions.npy", labels_file = "labels.npy",
                           targets_file = "targets.npy";

struct PredictionShape {
  std::int64_t examples, outputs;
  bool regression;

  std::string_view truth_file() const { return regression ? targets_file : labels_file; }
};

// The header of the array [runs, ...] in this file.
std::string array_header(std::string_view file, const PredictionShape& shape, std::int64_t runs) {
  if (file == labels_file) return formats::npy_header("<i4", {runs, shape.examples});
  return formats::npy_header("<f8", {runs, shape.examples, shape.outputs});
}

void add_predictions(const std::vector<RunResult>& results, Files& files, nlohmann::ordered_json& about) {
  const Predictions& first = results.front().predictions;
  if (first.outputs == 0) return;
  const auto outputs = static_cast<std::int64_t>(first.outputs);
  const PredictionShape shape{std::ssize(first.values) / outputs, outputs, first.labels.empty()};
  std::string values = array_header(predictions_file, shape, std::ssize(results)),
              truth = array_header(shape.truth_file(), shape, std::ssize(results));
  for (const RunResult& result : results) {
    values += formats::bytes_of(result.predictions.values);
    truth += formats::bytes_of(result.predictions.labels);
    truth += formats::bytes_of(result.predictions.targets);
  }
  files[std::string(predictions_file)] = std::move(values);
  files[std::string(shape.truth_file())] = std::move(truth);
  about["predictions"] = {{"examples", shape.examples}, {"outputs", outputs}, {"regression", shape.regression}};
}

PredictionShape read_shape(const nlohmann::json& about) {
  const auto size = [&](const char* key) {
    const nlohmann::json& value = about.at(key);
    return value.is_number_integer() ? value.get<std::int64_t>() : -1;
  };
  return {size("examples"), size("outputs"), about.at("regression").get<bool>()};
}

// Every run of the plan in this part whose experiment records predictions must have them for all test examples.
void check_shape(const std::optional<PredictionShape>& shape, const Part& part, const ExperimentOf& experiment_of) {
  for (const PartRun& run : part.runs) {
    const config::Experiment* experiment = experiment_of(run.hash);
    if (!experiment || !experiment->record.predictions) continue;
    if (!shape) throw DamagedPart("it has no predictions, but the experiment records them");
    const config::DataFacts facts = config::data_facts(experiment->data);
    if (shape->examples != config::split_sizes(experiment->data).test || shape->outputs != facts.outputs ||
        shape->regression != (facts.classes == 0))
      throw DamagedPart("its predictions do not match the test examples of the experiment");
  }
}

template <class T> std::vector<T> numbers_in(std::string_view bytes) {
  std::vector<T> numbers(bytes.size() / sizeof(T));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(T));
  return numbers;
}

// The bytes of each run in an array [runs, ...].
std::vector<Range> run_ranges(const Files& files, std::string_view name, const PredictionShape& shape,
                              std::size_t runs) {
  const auto file = files.find(name);
  const std::string_view bytes = file == files.end() ? std::string_view() : file->second;
  const std::string header = array_header(name, shape, static_cast<std::int64_t>(runs));
  const auto run_bytes = static_cast<std::uint64_t>(
      shape.examples * (name == labels_file ? sizeof(std::int32_t) : shape.outputs * sizeof(double)));
  if (!bytes.starts_with(header) || bytes.size() != header.size() + runs * run_bytes)
    throw DamagedPart(fmt::format("{} does not match its runs", name));
  std::vector<Range> ranges;
  for (std::uint64_t begin = header.size(); ranges.size() < runs; begin += run_bytes)
    ranges.push_back(range_of(bytes, begin, begin + run_bytes));
  return ranges;
}

void find_predictions(const Files& files, const nlohmann::json& about, Part& part, const ExperimentOf& experiment_of) {
  std::optional<PredictionShape> shape;
  if (about.contains("predictions")) shape = read_shape(about.at("predictions"));
  check_shape(shape, part, experiment_of);
  if (!shape) return;
  constexpr auto limit = static_cast<std::int64_t>(max_file_bytes);  // no product overflows
  if (shape->examples < 0 || shape->outputs < 1 || shape->outputs > limit || shape->examples > limit / shape->outputs)
    throw DamagedPart(fmt::format("{} does not match its runs", predictions_file));
  const std::vector<Range> values = run_ranges(files, predictions_file, *shape, part.runs.size()),
                           truth = run_ranges(files, shape->truth_file(), *shape, part.runs.size());
  for (std::size_t i = 0; i < part.runs.size(); ++i)
    part.runs[i].predictions = {static_cast<std::size_t>(shape->outputs), shape->regression, values[i], truth[i]};
  if (shape->regression) return;
  const std::string_view labels = files.find(labels_file)->second;
  for (const Range& run : truth)
    for (const std::int32_t label : numbers_in<std::int32_t>(labels.substr(run.begin, run.end - run.begin)))
      if (label < 0 || label >= shape->outputs) throw DamagedPart(fmt::format("{} has class {}", labels_file, label));
}

// The checksum of all other keys of part.json. Parts of earlier versions have none.
std::string checksum_of(nlohmann::json about) {
  about.erase("checksum");
  return core::sha256(about.dump());
}

nlohmann::json read_about(const std::filesystem::path& folder) {
  std::error_code error;
  if (!is_directory(symlink_status(folder, error))) throw DamagedPart("it is not a folder");
  nlohmann::json about = nlohmann::json::parse(core::read_regular_file(folder / part_file, max_part_file_bytes));
  if (about.contains("checksum") && about.at("checksum") != checksum_of(about))
    throw DamagedPart(fmt::format("the checksum of {} is wrong", part_file));
  return about;
}

bool is_name_of_part_file(std::string_view name) {
  return std::ranges::find(all_tables, name, [](Table table) { return file_name(table); }) != all_tables.end() ||
         name == predictions_file || name == labels_file || name == targets_file;
}

// Reads and verifies the files that part.json names. Only names of part files are accepted, since others could lead
// out of the folder.
Files read_files(const std::filesystem::path& folder, const nlohmann::json& about) {
  Files files;
  for (const auto& [name, checksum] : about.at("sha256").items()) {
    if (!is_name_of_part_file(name)) throw DamagedPart("it names an unknown file: " + core::quoted(name));
    std::string& bytes = files[name] = core::read_regular_file(folder / name, max_file_bytes);
    if (core::sha256(bytes) != checksum.get<std::string>()) throw DamagedPart("the checksum of " + name + " is wrong");
  }
  return files;
}

}  // namespace

void write_part(const std::filesystem::path& parts, const std::vector<RunResult>& results, const PartTimes& times,
                const std::vector<std::string>& names) {
  Files files;
  for (const Table table : all_tables) {
    std::string csv = header_of(table);
    for (const RunResult& result : results) append_rows(csv, table, result);
    if (csv.size() > header_of(table).size()) files[std::string(file_name(table))] = std::move(csv);
  }
  std::vector<std::string> ids, hashes;
  for (const RunResult& result : results) {
    hashes.push_back(result.run_hash);
    ids.push_back(id_of(result.run_hash));
  }
  nlohmann::ordered_json about{{"runs", ids},
                               {"hashes", hashes},
                               {"names", names},
                               {"seconds", times.seconds},
                               {"cpu_seconds", times.cpu_seconds}};
  add_predictions(results, files, about);
  core::AtomicFolder folder(parts / part_name(hashes, files));
  for (const auto& [name, bytes] : files) {
    about["sha256"][name] = core::sha256(bytes);
    folder.write(name, bytes);
  }
  about["checksum"] = checksum_of(nlohmann::json::parse(about.dump()));
  folder.write(part_file, about.dump(1) + "\n");
  folder.commit();
}

std::string read_range(const std::filesystem::path& path, Range range) {
  std::string bytes = core::read_range(path, range.begin, range.end);
  if (range_of(bytes, 0, bytes.size()).fingerprint != range.fingerprint)
    throw core::FaultError(fmt::format("{}: changed while it was read; run the command again", path.string()));
  return bytes;
}

Predictions read_predictions(const std::filesystem::path& folder, const PredictionRanges& ranges) {
  Predictions read{ranges.outputs, numbers_in<double>(read_range(folder / predictions_file, ranges.values)), {}, {}};
  if (ranges.regression) read.targets = numbers_in<double>(read_range(folder / targets_file, ranges.truth));
  else read.labels = numbers_in<std::int32_t>(read_range(folder / labels_file, ranges.truth));
  return read;
}

void copy_part(const std::filesystem::path& folder, const std::filesystem::path& parts) {
  core::AtomicFolder copy(parts / folder.filename());
  const nlohmann::json about = read_about(folder);
  for (const auto& [name, bytes] : read_files(folder, about)) copy.write(name, bytes);
  copy.write(part_file, about.dump(1) + "\n");
  copy.commit();
}

void remove_part(const std::filesystem::path& folder) {
  const std::string aside = fmt::format("{}{}-{}-0", core::temporary_prefix, folder.filename().string(), getpid());
  std::error_code error;
  std::filesystem::rename(folder, folder.parent_path() / aside, error);
  if (!error) std::filesystem::remove_all(folder.parent_path() / aside, error);
  if (error)
    throw core::FaultError(
        fmt::format("cannot remove {}: {}; check the permissions of its folder", folder.string(), error.message()));
}

Part read_part(const std::filesystem::path& folder, const ExperimentOf& experiment_of) try {
  const nlohmann::json about = read_about(folder);
  const Files files = read_files(folder, about);
  for (const Table table : all_tables) {
    const auto file = files.find(file_name(table));
    if (file != files.end() && !file->second.starts_with(header_of(table))) return {};
    if (file == files.end() && table != Table::probes) throw DamagedPart(fmt::format("it has no {}", file_name(table)));
  }
  const auto hashes = about.at(about.contains("hashes") ? "hashes" : "runs").get<std::vector<std::string>>();
  if (folder.filename() != part_name(hashes, files)) throw DamagedPart("its name does not match its runs");
  Part part{about.at("seconds").get<double>(), {}};
  for (const std::string& hash : hashes) {
    part.runs.push_back({hash});
    part.names.push_back(id_of(hash));
  }
  if (about.contains("names")) part.names = about.at("names").get<std::vector<std::string>>();
  if (part.names.size() != part.runs.size()) throw DamagedPart("it does not name every run");
  for (const Table table : all_tables)
    if (const auto file = files.find(file_name(table)); file != files.end()) find_rows(file->second, table, part);
  find_predictions(files, about, part, experiment_of);
  return part;
} catch (const nlohmann::json::exception&) {
  throw DamagedPart("part.json cannot be read");
} catch (const core::InputError& error) {
  throw DamagedPart(error.what());
}

}  // namespace descent::store
