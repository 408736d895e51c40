#pragma once
// Warnings and errors of a program on stderr: lines, or with --progress json events like those of the training. And its
// outermost function, which reports every error so and returns the exit status.

#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "report/table.h"

namespace descent::report {

// {"event":"warning","message":...}, with a line break.
std::string event_line(std::string_view event, const Json& members);

// From now on, in the whole program.
void write_notices_as_events();

void warn(const std::string& message);
void complain(const std::string& message);
void complain(const core::Problem& problem);  // an event has its place too: file, line, column, path

// Of `descent validate --json` and of events.
Json problem_json(const core::Problem& problem);

// Runs `body`. InputError: its problems, exit 2; FaultError and every other: "descent: ...", exit 1;
// a stdout whose reader is gone (`| head`): no message. Closed standard streams are /dev/null.
int guarded(const std::function<int()>& body);

}  // namespace descent::report
