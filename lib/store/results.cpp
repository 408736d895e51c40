#include "store/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <set>
#include <system_error>
#include <utility>

#include "config/write.h"
#include "core/error.h"
#include "core/files.h"
#include "core/process.h"
#include "core/text.h"
#include "formats/csv.h"
#include "store/index.h"

namespace descent::store {
namespace fs = std::filesystem;

namespace {

constexpr auto marker = ".descent";
constexpr std::uint64_t max_weights_bytes = std::uint64_t{1} << 32;  // of a file in another results folder

bool is_unfinished(const fs::path& path) { return path.filename().string().starts_with(core::temporary_prefix); }

bool holds_files(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!is_unfinished(entry.path())) return true;
  return fs::is_regular_file(folder, error);
}

// True if the process that wrote this unfinished file, .tmp-NAME-HOST-START-PID-COUNT, has ended. A process on another
// machine cannot be training, because this process is, but it may be merging: the next MergeLock removes its files.
bool writer_is_gone(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.find("-" + core::host_name() + "-") == std::string::npos) return name.find(".csv-") == std::string::npos;
  const std::vector<std::string> words = core::split(name, '-');
  const pid_t writer = words.size() > 3 ? static_cast<pid_t>(std::atol(words[words.size() - 2].c_str())) : 0;
  if (writer <= 0) return false;
  const std::string start = core::process_start_time(writer);
  return start.empty() ? kill(writer, 0) != 0 && errno == ESRCH : start != words[words.size() - 3];
}

}  // namespace

Results::Results(fs::path out, const plan::Plan& plan) : Results(Folder{std::move(out) / plan.name}, plan) {}

Results::Results(Folder folder, const plan::Plan& plan)
    : folder_(std::move(folder.path)), plan_(plan), index_(std::make_shared<Index>(folder_ / "parts", plan)) {}

Results Results::at(fs::path folder, const plan::Plan& plan) { return Results(Folder{std::move(folder)}, plan); }

std::vector<std::size_t> Results::missing(bool weights) const {
  const auto lock = index_->refreshed();
  std::vector<std::size_t> runs;
  std::error_code error;
  for (std::size_t i = 0; i < plan_.runs.size(); ++i)
    if (!index_->locations[i] || (weights && !fs::exists(weights_file(plan_.runs[i]), error))) runs.push_back(i);
  return runs;
}

std::vector<StalePart> Results::stale() const {
  const auto lock = index_->refreshed();
  return index_->stale;
}

fs::path Results::weights_file(const plan::Run& run) const { return weights_folder() / (run.id() + ".safetensors"); }

std::vector<std::string> Results::take_warnings() const {
  const std::lock_guard lock(index_->mutex);
  return std::exchange(index_->warnings, {});
}

double Results::seconds() const {
  const std::vector<double> seconds = run_seconds();
  return std::accumulate(seconds.begin(), seconds.end(), 0.0);
}

std::vector<double> Results::run_seconds() const {
  const auto lock = index_->refreshed();
  std::vector<double> seconds;
  for (const auto& location : index_->locations) seconds.push_back(location ? location->seconds : 0);
  return seconds;
}

void Results::remove_leftovers() const {
  std::error_code error;
  for (const fs::path& folder : {folder_, folder_ / "parts", folder_ / "checkpoints"})
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (is_unfinished(entry.path()) && writer_is_gone(entry.path())) fs::remove_all(entry.path(), error);
}

void Results::prepare() const {
  const std::lock_guard lock(index_->mutex);
  if (index_->prepared) return;
  // The marker is written before the first part, since several threads and processes may do this at the same time.
  if (holds_files(folder_) && !is_results_folder(folder_))
    throw core::InputError(
        fmt::format("{}: exists and is not a results folder of descent; choose another --out", folder_.string()));
  std::error_code error;
  fs::create_directories(folder_, error);
  if (!error && !is_results_folder(folder_))
    core::write_file_atomically(folder_ / marker, "Results written by descent.\n");
  if (!error) fs::create_directory(folder_ / "parts", error);
  if (error)
    throw core::FaultError(
        fmt::format("{}: cannot be created ({}); choose another --out", folder_.string(), error.message()));
  index_->prepared = true;
}

void Results::write_part(const std::vector<RunResult>& results, const PartTimes& times) const {
  prepare();
  {
    const std::lock_guard lock(index_->mutex);
    if (index_->holds(results)) return;
  }
  store::write_part(folder_ / "parts", results, times, index_->names_of(results));
}

std::size_t Results::copy_from(const Results& other) const {
  prepare();
  const std::vector<std::size_t> missing_before = missing();
  other.missing();  // reads its parts
  std::set<std::size_t> parts;
  for (const std::size_t run : missing_before)
    if (const auto& location = other.index_->locations[run]) parts.insert(location->part);
  for (const std::size_t part : parts)
    copy_part(other.folder_ / "parts" / other.index_->parts[part], folder_ / "parts");
  std::error_code error;
  fs::create_directory(weights_folder(), error);
  for (const plan::Run& run : plan_.runs)
    if (fs::exists(other.weights_file(run), error) && !fs::exists(weights_file(run), error))
      core::write_file_atomically(weights_file(run),
                                  core::read_regular_file(other.weights_file(run), max_weights_bytes));
  fs::remove(weights_folder(), error);  // fails if the folder is not empty
  return missing_before.size() - missing().size();
}

void Results::merge() const {
  prepare();
  const auto lock = index_->refreshed();
  std::string keys = "run,";
  for (const std::string& factor : plan_.factors) keys += formats::csv_field(factor) + ",";
  keys += "seed";

  const auto merge_one = [&](Table table) {
    core::AtomicFile file(folder_ / file_name(table));
    const std::vector<bool> written = written_columns(table, plan_);
    // `cells`: ",a,b,c"; no cell contains a comma.
    const auto write_cells = [&](std::string_view cells) {
      for (const bool is_written : written) {
        const std::size_t end = std::min(cells.find(',', 1), cells.size());
        if (is_written) file.write(cells.substr(0, end));
        cells.remove_prefix(end);
      }
      file.write("\n");
    };
    file.write(keys);
    write_cells("," + column_names(table));
    index_->for_each_run(table, [&](std::size_t i, std::string_view rows) {
      const plan::Run& run = plan_.runs[i];
      std::string prefix = run.id() + ",";
      for (const std::string& value : plan_.points[run.point].values) prefix += formats::csv_field(value) + ",";
      prefix += std::to_string(run.seed);
      for (std::size_t at = 0; at < rows.size();) {
        const std::size_t first = rows.find(',', at), end = rows.find('\n', at);
        file.write(prefix);
        write_cells(rows.substr(first, end - first));
        at = end + 1;
      }
    });
    file.commit();
  };
  merge_one(Table::curves);
  merge_one(Table::summary);
  const auto has_probes = [](const plan::Point& point) { return !point.experiment.probes.names.empty(); };
  std::error_code ignored;
  if (std::ranges::any_of(plan_.points, has_probes)) merge_one(Table::probes);
  else fs::remove(folder_ / file_name(Table::probes), ignored);  // an earlier version of the experiment had probes
}

void Results::for_each_row(Table table, const RowVisitor& visit) const {
  const auto lock = index_->refreshed();
  index_->for_each_run(table, [&](std::size_t run, std::string_view rows) {
    for (std::size_t at = 0, end = 0; at < rows.size(); at = end + 1) {
      end = rows.find('\n', at);
      std::vector<std::string> cells = core::split(rows.substr(at, end - at), ',');
      cells.erase(cells.begin());  // the column `run`
      visit(run, cells);
    }
  });
}

std::optional<Predictions> Results::predictions(std::size_t run) const {
  const auto lock = index_->refreshed();
  const auto& location = index_->locations[run];
  if (!location || location->run.predictions.outputs == 0) return std::nullopt;
  return read_predictions(index_->folder_of(*location), location->run.predictions);
}

void Results::write_experiment(const config::Document& document) const {
  prepare();
  const fs::path path = folder_ / config::resolved_file;
  const std::string json = config::write_resolved(document, folder_);
  std::error_code error;
  if (fs::is_regular_file(fs::symlink_status(path, error)) && core::read_file(path) == json) return;
  core::write_file_atomically(path, json);  // replaces a symbolic link instead of following it
}

void Results::write_manifest(const std::string& json) const {
  prepare();
  core::write_file_atomically(folder_ / "manifest.json", json);
}

void write_weights(const fs::path& file, std::span<const TensorView> tensors, const formats::Metadata& metadata) {
  fs::create_directories(file.parent_path());
  formats::write_safetensors(file, tensors, metadata);
}

bool is_results_folder(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / marker, error);
}

}  // namespace descent::store
