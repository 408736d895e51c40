#include "core/error.h"

#include <fmt/format.h>

#include "core/text.h"

namespace descent::core {
namespace {

std::string join_texts(const std::vector<Problem>& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(problem.text());
  return join(texts, "\n");
}

}  // namespace

std::string Problem::text() const {
  std::string text = file;
  if (line > 0) text += fmt::format("{}{}", text.empty() ? "line " : ":", line);
  if (line > 0 && column > 0) text += fmt::format(":{}", column);
  if (!text.empty()) text += ": ";
  if (!path.empty()) text += path + ": ";
  return printable(text + message);
}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(join_texts(problems)), problems_(std::move(problems)) {}

InputError::InputError(const std::string& message) : InputError(std::vector{Problem{.message = message}}) {}

}  // namespace descent::core
