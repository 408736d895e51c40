#include "store/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_map>

#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "store/parts.h"

namespace descent::store {
namespace fs = std::filesystem;

namespace {

constexpr auto marker = ".descent";
constexpr auto marker_text = "Results written by descent.\n";

// Neither unfinished nor set aside.
bool is_part_name(std::string_view name) { return name.find('.') == std::string_view::npos; }

bool is_unfinished(const fs::path& path) { return path.filename().string().starts_with(core::aside_prefix); }

bool holds_files(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!is_unfinished(entry.path())) return true;
  return fs::is_regular_file(folder, error);
}

// Whether the process that wrote this unfinished file, .tmp-NAME-PID-COUNT, is gone.
bool writer_is_gone(const fs::path& path) {
  const std::vector<std::string> words = core::split(path.filename().string(), '-');
  const pid_t writer = words.size() > 3 ? static_cast<pid_t>(std::atol(words[words.size() - 2].c_str())) : 0;
  return writer > 0 && kill(writer, 0) != 0 && errno == ESRCH;
}

void remove_leftovers_in(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (is_unfinished(entry.path()) && writer_is_gone(entry.path())) fs::remove_all(entry.path(), error);
}

// Reads byte ranges; keeps the last file open, since neighbours in the plan mostly share a part.
class RangeReader {
 public:
  const std::string& read(const fs::path& path, Range range) {
    if (path != path_) {
      file_ = std::ifstream(path, std::ios::binary);
      path_ = path;
    }
    bytes_.resize(range.end - range.begin);
    file_.seekg(static_cast<std::streamoff>(range.begin));
    if (!file_.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size())))
      throw core::FaultError(
          fmt::format("{}: changed while it was read; run the command again", path.string()));
    return bytes_;
  }

 private:
  fs::path path_;
  std::ifstream file_;
  std::string bytes_;
};

}  // namespace

// Where the rows of the plan's runs lie. Parts never change, so each is read and verified once.
struct Results::Index {
  struct Location {
    std::size_t part;
    PartRun rows;
  };
  std::mutex mutex;
  std::unordered_map<std::string_view, std::size_t> run_of;  // hash -> run of the plan
  std::vector<std::optional<Location>> found;                // by run of the plan
  std::set<fs::path> known;                                  // folders already looked at
  std::vector<fs::path> parts;                               // those that hold runs of the plan
  double seconds = 0;
  std::vector<std::string> warnings;

  explicit Index(const plan::Plan& plan) : found(plan.runs.size()) {
    for (std::size_t i = 0; i < plan.runs.size(); ++i) run_of.emplace(plan.runs[i].hash, i);
  }

  void refresh(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (is_part_name(entry.path().filename().string()) && !known.contains(entry.path()))
        folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& part : folders) {
      known.insert(part);
      try {
        add(part, read_part(part));
      } catch (const DamagedPart& damage) {
        set_aside(part, damage.what());
      }
    }
  }

  void add(const fs::path& path, const Part& part) {
    bool used = false;
    for (const PartRun& run : part.runs) {
      const auto entry = run_of.find(run.hash);
      if (entry == run_of.end() || found[entry->second]) continue;  // stale, or in another part already
      found[entry->second] = Location{parts.size(), run};
      used = true;
    }
    if (!used) return;
    parts.push_back(path);
    seconds += part.seconds;
  }

  void set_aside(const fs::path& part, const std::string& reason) {
    fs::path aside = part;
    aside += ".damaged";
    std::error_code error;
    fs::remove_all(aside, error);
    fs::rename(part, aside, error);
    known.erase(part);  // its runs will be trained again, under the same name
    warnings.push_back(fmt::format("{}: damaged ({}); {}, its runs count as missing", part.string(), reason,
                                   error ? "ignored" : "set aside as " + aside.filename().string()));
  }
};

Results::Results(fs::path out, const plan::Plan& plan) : Results(Folder{std::move(out) / plan.name}, plan) {}

Results::Results(Folder folder, const plan::Plan& plan)
    : folder_(std::move(folder.path)), plan_(plan), index_(std::make_shared<Index>(plan)) {}

Results Results::at(fs::path folder, const plan::Plan& plan) {
  return Results(Folder{std::move(folder)}, plan);
}

std::vector<std::size_t> Results::missing() const {
  const std::lock_guard lock(index_->mutex);
  index_->refresh(folder_ / "parts");
  std::vector<std::size_t> runs;
  for (std::size_t i = 0; i < index_->found.size(); ++i)
    if (!index_->found[i]) runs.push_back(i);
  return runs;
}

std::vector<std::string> Results::take_warnings() const {
  const std::lock_guard lock(index_->mutex);
  return std::exchange(index_->warnings, {});
}

double Results::seconds() const {
  const std::lock_guard lock(index_->mutex);
  index_->refresh(folder_ / "parts");
  return index_->seconds;
}

void Results::remove_leftovers() const {
  for (const fs::path& folder : {folder_, folder_ / "parts", folder_ / "checkpoints"})
    remove_leftovers_in(folder);
}

void Results::prepare() const {
  // In this order, and marked before the first part: several threads and processes may do this at once.
  if (holds_files(folder_) && !is_results_folder(folder_))
    throw core::InputError(fmt::format(
        "{}: exists and is not a results folder of descent; choose another --out", folder_.string()));
  std::error_code error;
  fs::create_directories(folder_, error);
  if (!error && !is_results_folder(folder_)) core::write_file_atomically(folder_ / marker, marker_text);
  if (!error) fs::create_directory(folder_ / "parts", error);
  if (error)
    throw core::FaultError(
        fmt::format("{}: cannot be created ({}); choose another --out", folder_.string(), error.message()));
}

void Results::write_part(const std::vector<RunResult>& results, const PartTimes& times) const {
  prepare();
  store::write_part(folder_ / "parts", results, times);
}

void Results::merge() const {
  prepare();
  const std::lock_guard lock(index_->mutex);
  index_->refresh(folder_ / "parts");
  std::string keys = "run,";
  for (const std::string& factor : plan_.factors) keys += core::csv_field(factor) + ",";
  keys += "seed,";

  const auto merge_one = [&](const std::string& name, const std::string& columns, Range PartRun::*range) {
    core::AtomicFile file(folder_ / name);
    file.write(keys + columns + "\n");
    RangeReader reader;
    for (std::size_t i = 0; i < plan_.runs.size(); ++i) {
      const auto& location = index_->found[i];
      if (!location) continue;
      const plan::Run& run = plan_.runs[i];
      std::string prefix = run.id() + ",";
      for (const std::string& value : plan_.points[run.point].values) prefix += core::csv_field(value) + ",";
      prefix += std::to_string(run.seed);
      const std::string& rows = reader.read(index_->parts[location->part] / name, location->rows.*range);
      for (std::size_t at = 0; at < rows.size();) {
        const std::size_t own = rows.find(',', at), end = rows.find('\n', at) + 1;
        file.write(prefix);
        file.write(std::string_view(rows).substr(own, end - own));
        at = end;
      }
    }
    file.commit();
  };
  merge_one("curves.csv", column_names(curve_columns()), &PartRun::curve);
  merge_one("summary.csv", column_names(summary_columns()), &PartRun::summary);
}

void Results::for_each_summary(const SummaryVisitor& visit) const {
  const std::lock_guard lock(index_->mutex);
  index_->refresh(folder_ / "parts");
  RangeReader reader;
  for (std::size_t i = 0; i < plan_.runs.size(); ++i) {
    const auto& location = index_->found[i];
    if (!location) continue;
    std::string line = reader.read(index_->parts[location->part] / "summary.csv", location->rows.summary);
    line.pop_back();  // the line break
    std::vector<std::string> cells = core::parse_csv_line(line);
    cells.erase(cells.begin());  // the run
    visit(i, cells);
  }
}

void Results::write_experiment(const std::string& json) const {
  prepare();
  const fs::path path = folder_ / "experiment.json";
  std::error_code error;
  if (fs::exists(path, error) && core::read_file(path) == json) return;
  core::write_file_atomically(path, json);
}

void Results::write_manifest(const std::string& json) const {
  prepare();
  core::write_file_atomically(folder_ / "manifest.json", json);
}

bool is_results_folder(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / marker, error);
}

}  // namespace descent::store
