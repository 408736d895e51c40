#include "claims/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/text.h"
#include "stats/bootstrap.h"
#include "stats/stats.h"

namespace descent::claims {
namespace {

// Distance of the nearer end of the interval beyond the margin; negative on the other side.
double clearance(const Check& check) {
  const bool above = check.relation == Relation::greater || check.relation == Relation::at_least;
  return above ? check.low.value_or(check.measured.value_or(0)) - check.margin
               : check.margin - check.high.value_or(check.measured.value_or(0));
}

bool is_worse(const Check& a, const Check& b) {
  return a.verdict != b.verdict ? a.verdict < b.verdict : clearance(a) < clearance(b);
}

}  // namespace

std::string counted(std::size_t count, std::size_t all, std::string_view what) {
  return fmt::format("{} of {} {}", count, core::counted(all, "run"), what);
}

void decide(Check& check, const Difference& difference, std::size_t seeds) {
  const auto& each = difference.by_seed;
  if (std::ranges::any_of(difference.replicates, [](double d) { return std::isnan(d); })) {
    check.reason = "not a number";
    return;
  }
  const bool equality = check.relation == Relation::equal;
  double value = difference.value, low = value, high = value;
  if (difference.level == Level::per_seed && equality) {
    value = *std::ranges::max_element(each, {}, [](double d) { return std::abs(d); });
    low = high = value;
  } else if (difference.level == Level::per_seed) {
    const stats::Description description = stats::describe(each);
    value = description.mean;
    if (each.size() > 1) low = *description.low, high = *description.high;
  } else if (difference.level == Level::of_means && !equality && seeds >= stats::least_for_bootstrap) {
    std::tie(low, high) = stats::expanded_percentile(difference.replicates, seeds);
  }
  check.measured = value + check.margin;
  if (std::isnan(value) || std::ranges::any_of(each, [](double d) { return !std::isfinite(d); })) {
    const auto bad = std::ranges::count_if(each, [](double d) { return !std::isfinite(d); });
    if (!std::isinf(value)) check.measured = std::nullopt;
    check.reason =
        each.empty() ? "not a number" : counted(static_cast<std::size_t>(bad), each.size(), "without a value");
    return;
  }
  if (equality || difference.level == Level::plain) {
    check.verdict = holds(check.relation, value, 0) ? Verdict::holds : Verdict::fails;
    return;
  }
  const std::size_t least = difference.level == Level::of_means ? stats::least_for_bootstrap : 2;
  if (seeds < least) {
    check.reason = fmt::format("{}; an interval needs {}", core::counted(seeds, "seed"), least);
    return;
  }
  check.low = low + check.margin;
  check.high = high + check.margin;
  if (holds(check.relation, low, 0) && holds(check.relation, high, 0)) check.verdict = Verdict::holds;
  else if (!holds(check.relation, low, 0) && !holds(check.relation, high, 0)) check.verdict = Verdict::fails;
}

Check decisive(std::vector<Check> checks, bool worst) {
  const auto found = worst ? std::ranges::min_element(checks, is_worse) : std::ranges::max_element(checks, is_worse);
  Check result = *found;
  if (checks.size() == 1) return result;
  std::vector<Check> parts;
  for (Check& check : checks) {
    if (check.parts.empty()) parts.push_back(std::move(check));
    else parts.insert(parts.end(), check.parts.begin(), check.parts.end());
  }
  result.parts = std::move(parts);
  return result;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fails: return "fails";
    case Verdict::undecided: return "undecided";
    case Verdict::holds: break;
  }
  return "holds";
}

}  // namespace descent::claims
