#include "claims/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace descent::claims {
namespace {

// With fewer, the jackknife's pseudo-values say too little of a statistic of all seeds together.
constexpr std::size_t least_seeds_of_statistics = 5;

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

void decide(Check& check, const Difference& difference, std::size_t seeds, const Tails& tails) {
  const auto& each = difference.by_seed;
  const bool equality = check.relation == Relation::equal, each_seed = equality && difference.level == Level::per_seed;
  const double value = each_seed             ? *std::ranges::max_element(each, {}, [](double d) { return std::abs(d); })
                       : difference.estimate ? difference.estimate->value()
                                             : difference.value;
  const auto bad = std::ranges::count_if(each, [](double d) { return !std::isfinite(d); });
  if (!std::isnan(value) && (bad == 0 || std::isinf(value))) check.measured = value + check.margin;
  if (std::isnan(value) || bad > 0) {
    check.reason =
        each.empty() ? "not a number" : counted(static_cast<std::size_t>(bad), each.size(), "without a value");
    return;
  }
  if (each_seed || !difference.estimate) {
    check.verdict = holds(check.relation, value, 0) ? Verdict::holds : Verdict::fails;
    return;
  }
  const std::size_t least = difference.level == Level::of_means ? least_seeds_of_statistics : 2;
  if (seeds < least) {
    check.reason = fmt::format("{}; an interval needs {}", core::counted(seeds, "seed"), least);
    return;
  }
  const bool from_above = check.relation == Relation::greater || check.relation == Relation::at_least;
  const auto [low, high] = from_above ? difference.estimate->bounds(tails.holds, tails.fails)
                                      : difference.estimate->bounds(tails.fails, tails.holds);
  check.low = low + check.margin;
  check.high = high + check.margin;
  const bool beyond =
      equality ? low > 0 || high < 0 : !holds(check.relation, low, 0) && !holds(check.relation, high, 0);
  if (holds(check.relation, low, 0) && holds(check.relation, high, 0)) check.verdict = Verdict::holds;
  else if (beyond) check.verdict = Verdict::fails;
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
