#pragma once
// Which values, and so which points of a plan, a selection such as (width=24..128, norm=batch) keeps.

#include "claims/domain.h"
#include "claims/syntax.h"

namespace descent::claims {

bool matches(const Selector& selector, double value);
bool matches(const Selector& selector, const std::string& value);

// In plan order. Throws Mistakes for unknown factors and values, and where no point is left.
std::vector<std::size_t> select_points(const std::vector<const Selector*>& selectors, const Domain& domain);

// The same of a text, "width=48, norm=batch"; empty for all points. InputError instead of Mistakes.
std::vector<std::size_t> select_points(const std::string& selection, const plan::Plan& plan);

}  // namespace descent::claims
