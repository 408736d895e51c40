#pragma once
// Tables for people.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/terminal.h"
#include "stats/stats.h"

namespace descent::report {

// Rows of cells, made printable, in columns, right-aligned but for those named in `left`; the first row is the head,
// bold in colour. Where lines would be longer than the screen is wide, the widest columns are wrapped.
std::string laid_out(std::vector<std::vector<std::string>> rows, const Screen& screen = {},
                     const std::vector<std::size_t>& left = {});

// Characters of UTF-8 on the screen.
std::size_t width_of(std::string_view text);

// The factors of a plan as heads of columns: the shortest names that stand for them.
std::vector<std::string> short_factors(const plan::Plan& plan);

// "0.321 ± 0.012": the mean and half its interval; "-" where there is none.
std::string mean_text(const std::optional<stats::Description>& measure);

}  // namespace descent::report
