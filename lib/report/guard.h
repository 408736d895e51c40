#pragma once
// The border of a program: errors become lines on stderr and an exit status.

#include <functional>

namespace descent::report {

// Runs `body`. InputError: its problems, exit 2; FaultError and whatever else: "descent: ...", exit 1;
// a reader of stdout that went away: quietly 0.
int guarded(const std::function<int()>& body);

}  // namespace descent::report
