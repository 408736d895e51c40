#pragma once
// Experiments for the tests of plans.

#include <string>

#include "config/read.h"
#include "plan/plan.h"

namespace descent::plan {

// The plan of an experiment file with this text.
inline Plan plan_of(const std::string& text) { return make_plan(config::read_document_text(text, "test.json")); }

}  // namespace descent::plan
