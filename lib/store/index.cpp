#include "store/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>
#include <variant>

#include "config/json.h"
#include "config/keys.h"
#include "config/write.h"
#include "core/files.h"

namespace descent::store {
namespace fs = std::filesystem;

namespace {

// The number of parts read at the same time: most of the time is spent on opening their files.
constexpr std::size_t readers = 8;

// The keys that an experiment sets, without the factors: ", with train.epochs=30".
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
    : locations(plan.runs.size()), plan_(plan), folder_(std::move(parts_folder)) {
  for (std::size_t i = 0; i < plan.runs.size(); ++i) run_of_.emplace(plan.runs[i].hash, i);
}

std::unique_lock<std::mutex> Results::Index::refreshed() {
  std::unique_lock lock(mutex);
  const std::vector<std::string> names = new_parts();
  std::vector<std::variant<Part, DamagedPart>> read(names.size());
  const auto read_some = [&](std::size_t first) {
    for (std::size_t i = first; i < names.size(); i += readers) try {
        read[i] = read_part(folder_ / names[i], [this](const std::string& hash) {
          const auto run = run_of_.find(hash);
          return run == run_of_.end() ? nullptr : &plan_.experiment(run->second);
        });
      } catch (const DamagedPart& damage) {
        read[i] = damage;
      }
  };
  std::vector<std::future<void>> all;
  for (std::size_t first = 0; first < std::min(readers, names.size()); ++first)
    all.push_back(std::async(read_some, first));
  for (std::future<void>& reader : all) reader.get();
  for (std::size_t i = 0; i < names.size(); ++i) {
    known_.insert(names[i]);
    if (Part* part = std::get_if<Part>(&read[i])) add(names[i], std::move(*part));
    else set_aside(names[i], std::get<DamagedPart>(read[i]).what());
  }
  return lock;
}

std::vector<std::string> Results::Index::new_parts() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::string name = entry->path().filename();
    const bool is_part = name.find('.') == std::string::npos;  // neither unfinished nor damaged
    if (is_part && !known_.contains(name)) names.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) core::fail("list", folder_, error.value());
  std::ranges::sort(names);
  return names;
}

bool Results::Index::holds(const std::vector<RunResult>& results) const {
  return std::all_of(results.begin(), results.end(), [&](const RunResult& result) {
    const auto entry = run_of_.find(result.run_hash);
    return entry != run_of_.end() && locations[entry->second];
  });
}

std::vector<std::string> Results::Index::names_of(const std::vector<RunResult>& results) const {
  std::vector<std::string> names;
  std::size_t point = SIZE_MAX;
  std::string settings;  // of `point`
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
  for (std::size_t i = 0; i < locations.size(); ++i) {
    if (!locations[i]) continue;
    const PartRun& run = locations[i]->run;
    if (table == Table::summary) visit(i, run.summary);
    else if (const Range rows = table == Table::curves ? run.curve : run.probes; rows.begin < rows.end)
      visit(i, read_range(folder_of(*locations[i]) / file_name(table), rows));
  }
}

void Results::Index::add(const std::string& name, Part part) {
  bool used = false, planned = false;
  for (PartRun& run : part.runs) {
    const auto entry = run_of_.find(run.hash);
    if (entry == run_of_.end()) continue;
    planned = true;
    std::optional<Location>& location = locations[entry->second];
    if (location) continue;  // another part has it too
    location = {parts.size(), std::move(run), part.seconds / static_cast<double>(part.runs.size())};
    used = true;
  }
  if (!planned) stale.push_back({folder_ / name, part.names});
  if (used) parts.push_back(name);
}

void Results::Index::set_aside(const std::string& name, const std::string& reason) {
  const fs::path part = folder_ / name, aside = folder_ / (name + ".damaged");
  std::error_code error;
  fs::remove_all(aside, error);
  fs::rename(part, aside, error);
  if (!error) known_.erase(name);  // its runs will be trained again and stored under the same name
  warnings.push_back(fmt::format("{}: damaged ({}); {}, its runs count as missing", part.string(), reason,
                                 error ? "ignored" : "renamed to " + aside.filename().string()));
}

}  // namespace descent::store
