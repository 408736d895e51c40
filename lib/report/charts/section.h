#pragma once
// The part of a page about one experiment.

#include <string>

#include "report/charts/page.h"

namespace descent::report {

// The question that the description begins with, otherwise the name in words.
std::string title_of(const Report& report);

// `level` of its heading: 1 or 2.
std::string section_of(const Report& report, int level);

// The claims in it.
std::string claims_section(const std::vector<claims::Judged>& judged);

}  // namespace descent::report
