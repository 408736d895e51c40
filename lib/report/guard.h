#pragma once
// The outermost function of a program: errors become lines on stderr and an exit status.

#include <functional>

namespace descent::report {

// Runs `body`. InputError: its problems, exit 2; FaultError and every other: "descent: ...", exit 1;
// a stdout whose reader is gone (`| head`): no message. Closed standard streams are /dev/null.
int guarded(const std::function<int()>& body);

}  // namespace descent::report
