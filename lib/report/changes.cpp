#include "report/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/keys.h"
#include "config/slots.h"
#include "config/write.h"
#include "core/error.h"
#include "core/text.h"

namespace descent::report {
namespace {

// By path, of the keys that change numbers and are not swept.
std::map<std::string, std::string> fixed_values(const config::Document& document) {
  config::Experiment experiment = document.base;
  std::map<std::string, std::string> values;
  config::for_each_key(config::describe(experiment), [&](const std::string& path, const config::Key& key) {
    const auto is_swept = [&](const std::string& factor) { return config::lies_in(path, factor); };
    if (key.changes_numbers && !std::holds_alternative<config::SectionSlot>(key.slot) &&
        std::ranges::none_of(document.factors, is_swept))
      values[path] = config::value_text(key);
  });
  return values;
}

// "train.epochs: 20 -> 30" for each key that differs.
std::vector<std::string> changed_keys(const config::Document& before, const config::Document& now) {
  std::vector<std::string> changes;
  const auto old_values = fixed_values(before);
  for (const auto& [path, value] : fixed_values(now))
    if (const auto old = old_values.find(path); old != old_values.end() && old->second != value)
      changes.push_back(fmt::format("{}: {} -> {}", path, old->second, value));
  return changes;
}

}  // namespace

std::string changes_text(const store::Results& results, const config::Document& now, const plan::Plan& plan) {
  std::error_code error;
  const std::filesystem::path file = results.folder() / config::resolved_file;
  if (!std::filesystem::is_regular_file(file, error)) return "";
  try {
    const config::Document before = config::read_document(file.string());
    const std::vector<std::string> changes = changed_keys(before, now);
    if (changes.empty()) return "";
    const plan::Plan old_plan = plan::make_plan(before);
    std::set<std::string> kept;
    for (const plan::Run& run : plan.runs) kept.insert(run.hash);
    const std::vector<std::size_t> missing = store::Results::at(results.folder(), old_plan).missing();
    std::size_t lost = 0;
    for (std::size_t i = 0; i < old_plan.runs.size(); ++i)
      lost += !std::ranges::binary_search(missing, i) && !kept.contains(old_plan.runs[i].hash);
    if (lost == 0) return "";
    return core::printable(fmt::format("{} change{} {}; their results stay until descent prune deletes them",
                                       core::join(changes, ", "), changes.size() == 1 ? "s" : "",
                                       core::counted(lost, "finished run")));
  } catch (const core::InputError&) {  // of another version, or its data are gone
    return "";
  }
}

}  // namespace descent::report
