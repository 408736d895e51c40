#include "store/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/json.h"
#include "config/keys.h"
#include "config/write.h"
#include "core/files.h"

namespace descent::store {
namespace fs = std::filesystem;

namespace {

// What an experiment sets, but for the factors: ", with train.epochs=30".
std::string settings_of(const config::Experiment& experiment, const std::vector<std::string>& factors) {
  std::string text;
  const config::Json set = config::Json::parse(config::identity(experiment));
  for (const auto& [path, value] : set.items()) {
    const auto varies = [&, &path = path](const std::string& factor) { return config::lies_in(path, factor); };
    if (std::ranges::none_of(factors, varies))
      text += fmt::format("{} {}={}", text.empty() ? ", with" : ",", path, config::text_of(value));
  }
  return text;
}

}  // namespace

Results::Index::Index(fs::path parts_folder, const plan::Plan& plan)
    : found(plan.runs.size()), plan_(plan), folder_(std::move(parts_folder)) {
  for (std::size_t i = 0; i < plan.runs.size(); ++i) run_of_.emplace(plan.runs[i].hash, i);
}

std::unique_lock<std::mutex> Results::Index::refreshed() {
  std::unique_lock lock(mutex);
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool is_part = path.filename().string().find('.') == std::string::npos;  // not unfinished, set aside
    if (is_part && !known_.contains(path)) folders.push_back(path);
  }
  if (error && error != std::errc::no_such_file_or_directory) core::fail("list", folder_, error.value());
  std::ranges::sort(folders);
  for (const fs::path& part : folders) {
    known_.insert(part);
    try {
      add(part, read_part(part, [this](const std::string& hash) {
            const auto run = run_of_.find(hash);
            return run == run_of_.end() ? nullptr : &plan_.experiment(run->second);
          }));
    } catch (const DamagedPart& damage) {
      set_aside(part, damage.what());
    }
  }
  return lock;
}

bool Results::Index::holds(const std::vector<RunResult>& results) const {
  return std::all_of(results.begin(), results.end(), [&](const RunResult& result) {
    const auto entry = run_of_.find(result.run_hash);
    return entry != run_of_.end() && found[entry->second];
  });
}

std::vector<std::string> Results::Index::names_of(const std::vector<RunResult>& results) const {
  std::vector<std::string> names;
  std::size_t point = SIZE_MAX;  // whose settings these are
  std::string settings;
  for (const RunResult& result : results) {
    const plan::Run& run = plan_.runs[run_of_.at(result.run_hash)];
    if (run.point != point) settings = settings_of(plan_.points[point = run.point].experiment, plan_.factors);
    std::string& name = names.emplace_back();
    for (std::size_t i = 0; i < plan_.factors.size(); ++i)
      name += fmt::format("{}={} ", plan_.factors[i], plan_.points[run.point].values[i]);
    name += fmt::format("seed {}{}", run.seed, settings);
  }
  return names;
}

void Results::Index::for_each_run(Table table,
                                  const std::function<void(std::size_t run, std::string_view rows)>& visit) const {
  for (std::size_t i = 0; i < found.size(); ++i)
    if (const auto& location = found[i])
      if (const Range rows = location->rows.rows.at(table); rows.begin < rows.end)
        visit(i, read_range(parts[location->part] / file_name(table), rows));
}

void Results::Index::add(const fs::path& path, const Part& part) {
  bool used = false, planned = false;
  for (const PartRun& run : part.runs) {
    const auto entry = run_of_.find(run.hash);
    if (entry == run_of_.end()) continue;
    planned = true;
    if (found[entry->second]) continue;  // in another part already
    found[entry->second] = Location{parts.size(), run, part.seconds / static_cast<double>(part.runs.size())};
    used = true;
  }
  if (!planned) stale.push_back({path, part.names});
  if (used) parts.push_back(path);
}

void Results::Index::set_aside(const fs::path& part, const std::string& reason) {
  fs::path aside = part;
  aside += ".damaged";
  std::error_code error;
  fs::remove_all(aside, error);
  fs::rename(part, aside, error);
  if (!error) known_.erase(part);  // its runs will be trained again, under the same name
  warnings.push_back(fmt::format("{}: damaged ({}); {}, its runs count as missing", part.string(), reason,
                                 error ? "ignored" : "set aside as " + aside.filename().string()));
}

}  // namespace descent::store
