#pragma once
// Which values, and so which points of a plan, a selection such as (width=24..128, norm=batch) keeps.

#include <cstddef>
#include <string>
#include <vector>

#include "claims/domain.h"
#include "claims/syntax.h"

namespace descent::claims {

bool matches(const Selector& selector, double value);
bool matches(const Selector& selector, const std::string& value);

// In plan order. Findings for unknown factors and values, and where no point is left.
std::vector<std::size_t> select_points(const std::vector<const Selector*>& selectors, const Domain& domain,
                                       std::vector<Finding>& findings);

}  // namespace descent::claims
