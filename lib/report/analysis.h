#pragma once
// The analysis of a double-descent sweep for people and for programs.

#include <string>
#include <vector>

#include "claims/analysis.h"

namespace descent::report {

std::string analysis_text(const std::vector<claims::Analysis>& analyses, const std::string& factor, bool color);
std::string analysis_json(const std::vector<claims::Analysis>& analyses, const std::string& factor);

}  // namespace descent::report
