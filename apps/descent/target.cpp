#include "descent/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "claims/claims.h"
#include "claims/domain.h"
#include "config/write.h"
#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "report/charts/charts.h"
#include "report/notice.h"

namespace descent {
namespace fs = std::filesystem;

namespace {

// The sentence of the claim that a problem refers to, after ": ".
std::string sentence(const core::Problem& problem, const config::Document& document) {
  std::size_t claim = 0;
  const bool found = std::sscanf(problem.path.c_str(), "claims[%zu]", &claim) == 1;
  return found && claim < document.base.claims.size() ? ": " + document.base.claims[claim].says : "";
}

config::Document read_text(const std::string& text, const std::string& file, const Options& options, Claims claims) {
  std::vector<core::Problem> warnings;
  const auto check = [&](const config::Document& document, config::Problems& problems) {
    if (claims == Claims::unused) return;
    const auto before = static_cast<std::ptrdiff_t>(problems.list().size());
    claims::check_claims(document, problems);
    report::check_plots(document, problems);
    if (claims == Claims::checked || options.strict) return;
    const auto first = problems.list().begin() + before;
    warnings.assign(first, problems.list().end());
    problems.list().erase(first, problems.list().end());
  };
  config::Document document = config::read_document_text(text, file, options.overrides, check);
  for (const core::Problem& problem : warnings)
    report::warn("warning: " + problem.text() + sentence(problem, document));
  return document;
}

}  // namespace

config::Document read_experiment(const std::string& file, const Options& options, Claims claims) {
  if (file.ends_with(".csv"))
    throw core::InputError(
        fmt::format("{0}: a table, not an experiment; write an experiment, such as table.json: {{\"data\": "
                    "{{\"name\": \"csv\", \"path\": {1}}}}}",
                    file, core::quoted(file)));
  return read_text(core::read_file(file, config::max_file_bytes), file, options, claims);
}

Target::Target(const std::string& file, const Options& options, Claims claims)
    : document(read_experiment(file, options, claims)), plan(plan::make_plan(document)), results(options.out, plan) {
  config::check_owner(results.folder(), document);
}

Target::Target(const fs::path& folder, const Options& options, Claims claims)
    : document(read_text(core::read_regular_file(folder / config::resolved_file, config::max_file_bytes),
                         folder / config::resolved_file, options, claims)),
      plan(plan::make_plan(document)), results(store::Results::at(folder, plan)) {}

SelectedTarget split_selection(const std::string& word) {
  std::error_code error;
  const std::size_t colon = fs::exists(word, error) ? word.npos : word.find(':');
  if (colon == word.npos) return {word, ""};
  return {word.substr(0, colon), word.substr(colon + 1)};
}

std::vector<std::size_t> selected_points(const Target& target, const Options& options) {
  const std::string selection = split_selection(options.file).selection;
  std::vector<std::size_t> points = claims::select_points(selection, target.plan);
  const std::vector<std::size_t> others = claims::select_points(options.where, target.plan);
  std::erase_if(points, [&](std::size_t point) { return !std::ranges::binary_search(others, point); });
  if (points.empty()) throw core::InputError(fmt::format("no point has both {} and {}", selection, options.where));
  return points;
}

Target open_target(const std::string& target, const Options& options, Claims claims) {
  std::error_code error;
  if (!fs::is_directory(target, error)) return Target(target, options, claims);
  if (!store::is_results_folder(target)) throw core::InputError(fmt::format("{}: not a results folder", target));
  return Target(fs::path(target), options, claims);
}

void check_rereadable(const std::string& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status))
    throw core::InputError({{.file = file,
                             .message = "can be read only once, but training reads the experiment twice; "
                                        "write it to a file first"}});
}

void warn(const store::Results& results) {
  for (const std::string& warning : results.take_warnings()) report::warn(warning);
}

}  // namespace descent
