#pragma once
// Warnings and errors on stderr, as lines or, with --progress json, as events like those of the training; and the
// outermost function of a program, which reports every exception this way and returns the exit status.

#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "report/table.h"

namespace descent::report {

// {"event":"warning","message":...} with a line break.
std::string event_line(std::string_view event, const Json& members);

// Switches the whole program from lines to events.
void write_notices_as_events();

void warn(const std::string& message);
void report_error(const std::string& message);
void report_error(const core::Problem& problem);  // an event includes its file, line, column and path

// As in `descent validate --json` and in events.
Json problem_json(const core::Problem& problem);

// Runs `body` and returns its status. For an InputError prints its problems and returns 2, for any other exception
// prints "descent: ..." and returns 1; a stdout whose reader has gone (`| head`) is no error. Opens closed standard
// streams as /dev/null.
int guarded(const std::function<int()>& body);

}  // namespace descent::report
