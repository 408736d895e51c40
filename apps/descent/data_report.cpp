#include "descent/data_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "core/text.h"
#include "data/summary.h"
#include "report/notice.h"

namespace descent {
namespace {

constexpr std::size_t most_shown = 3;

void add(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

}  // namespace

DataReport report_data(const plan::Plan& plan) {
  DataReport report;
  std::vector<config::Data> seen;
  for (const plan::Point& point : plan.points) {
    if (std::ranges::find(seen, point.experiment.data) != seen.end()) continue;
    seen.push_back(point.experiment.data);
    data::Summary summary = data::summarize(point.experiment, plan.runs.front().seed);
    add(report.texts, std::move(summary.text));
    for (std::string& warning : summary.warnings) add(report.warnings, std::move(warning));
  }
  return report;
}

std::string data_text(const DataReport& data) {
  std::string text;
  for (std::size_t i = 0; i < std::min(data.texts.size(), most_shown); ++i) text += data.texts[i] + "\n";
  if (data.texts.size() > most_shown) text += fmt::format("  and {} others\n", data.texts.size() - most_shown);
  return text;
}

void warn_of_data(const DataReport& data, const std::string& file, bool strict) {
  std::vector<core::Problem> problems;
  for (const std::string& warning : data.warnings)
    problems.push_back({file, 0, 0, "data", (strict ? "" : "warning: ") + warning});
  if (strict && !problems.empty()) throw core::InputError(std::move(problems));
  for (const core::Problem& problem : problems) report::warn(problem.text());
}

}  // namespace descent
