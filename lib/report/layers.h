#pragma once
// The layers of the networks of a plan as tables for people.

#include <string>

#include "plan/plan.h"
#include "report/terminal.h"

namespace descent::report {

// A table for each different network, headed by the first point that has it where there are several.
std::string layers_text(const plan::Plan& plan, const Screen& screen);

}  // namespace descent::report
