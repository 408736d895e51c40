#include "report/notice.h"

#include <cstdio>

#include "core/text.h"

namespace descent::report {
namespace {

bool as_events = false;

void write(std::string_view event, const std::string& line, const Json& members) {
  std::fputs((as_events ? event_line(event, members) : core::printable(line) + "\n").c_str(), stderr);
}

}  // namespace

std::string event_line(std::string_view event, const Json& members) {
  Json json{{"event", event}};
  json.update(members);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_notices_as_events() { as_events = true; }

void warn(const std::string& message) { write("warning", message, {{"message", message}}); }

void complain(const std::string& message) { write("error", message, {{"message", message}}); }

void complain(const core::Problem& problem) { write("error", problem.text(), problem_json(problem)); }

Json problem_json(const core::Problem& problem) {
  Json json{{"file", problem.file}, {"path", problem.path}, {"message", problem.message}};
  if (problem.line > 0) json.update({{"line", problem.line}, {"column", problem.column}});
  return json;
}

}  // namespace descent::report
