#include "descent/target.h"

#include <fmt/format.h>

#include <cstdio>

#include "claims/claims.h"
#include "config/resolved.h"
#include "core/error.h"
#include "core/files.h"
#include "core/text.h"

namespace descent {
namespace fs = std::filesystem;

Target::Target(const std::string& file, const RunOptions& options)
    : document(claims::read_document(file, options.overrides)), plan(plan::make_plan(document)),
      results(options.out, plan) {
  config::check_owner(results.folder(), document);
}

Target::Target(const fs::path& folder, const RunOptions& options)
    : document(
          claims::read_document_text(core::read_regular_file(folder / config::resolved_file, config::most_file_bytes),
                                     folder / config::resolved_file, options.overrides)),
      plan(plan::make_plan(document)), results(store::Results::at(folder, plan)) {}

SelectedTarget split_selection(const std::string& word) {
  std::error_code error;
  const std::size_t colon = fs::exists(word, error) ? word.npos : word.find(':');
  if (colon == word.npos) return {word, ""};
  return {word.substr(0, colon), word.substr(colon + 1)};
}

Target open(const std::string& target, const RunOptions& options) {
  std::error_code error;
  if (!fs::is_directory(target, error)) return Target(target, options);
  if (!store::is_results_folder(target)) throw core::InputError(fmt::format("{}: not a results folder", target));
  return Target(fs::path(target), options);
}

void check_readable_again(const std::string& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status))
    throw core::InputError({{.file = file,
                             .message = "can be read only once, and training reads an experiment twice: "
                                        "write it to a file first"}});
}

void warn(const store::Results& results) {
  for (const std::string& warning : results.take_warnings())
    std::fputs((core::printable(warning) + "\n").c_str(), stderr);
}

}  // namespace descent
