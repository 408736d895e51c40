#include "claims/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "claims/evaluate.h"
#include "claims/expression.h"
#include "core/text.h"

namespace descent::claims {
namespace {

using Kind = Syntax::Kind;

// Upper limits on the probability that a statement which is false at its margin is judged to hold, and that a true one
// is judged to fail. The parts of a compound statement share them (Bonferroni).
struct Tails {
  double holds = 0.025, fails = 0.025;
};

// With fewer seeds the jackknife is unreliable.
constexpr std::size_t min_seeds_for_statistics = 5;

// Distance from the margin to the nearer end of the interval; negative on the wrong side.
double clearance(const Check& check) {
  const bool above = check.relation == Relation::greater || check.relation == Relation::at_least;
  return above ? check.low.value_or(check.measured.value_or(0)) - check.margin
               : check.margin - check.high.value_or(check.measured.value_or(0));
}

bool is_worse(const Check& a, const Check& b) {
  return a.verdict != b.verdict ? a.verdict < b.verdict : clearance(a) < clearance(b);
}

// "2 of 5 runs missing"
std::string out_of(std::size_t count, std::size_t all, std::string_view what) {
  return fmt::format("{} of {} {}", count, core::counted(all, "run"), what);
}

// Sets the measured value, interval and verdict of a check with a given relation and margin. `difference` is
// `measured - margin`.
void decide(Check& check, const Estimate& difference, Level level, std::size_t seeds, const Tails& tails) {
  const std::vector<double> each = level == Level::per_seed ? difference.by_seed : std::vector<double>();
  const bool equality = check.relation == Relation::equal, each_seed = equality && level == Level::per_seed;
  const double value =
      each_seed ? *std::ranges::max_element(each, {}, [](double d) { return std::abs(d); }) : difference.value;
  const auto bad = std::ranges::count_if(each, [](double d) { return !std::isfinite(d); });
  if (!std::isnan(value) && (bad == 0 || std::isinf(value))) check.measured = value + check.margin;
  if (std::isnan(value) || bad > 0) {
    check.reason =
        each.empty() ? "not a number" : out_of(static_cast<std::size_t>(bad), each.size(), "without a value");
    return;
  }
  if (each_seed || level == Level::exact) {
    check.verdict = holds(check.relation, value, 0) ? Verdict::holds : Verdict::fails;
    return;
  }
  const std::size_t least = level == Level::of_means ? min_seeds_for_statistics : 2;
  if (seeds < least) {
    check.reason = fmt::format("{}; an interval needs {}", core::counted(seeds, "seed"), least);
    return;
  }
  const bool from_above = check.relation == Relation::greater || check.relation == Relation::at_least;
  const auto [low, high] =
      from_above ? difference.bounds(tails.holds, tails.fails) : difference.bounds(tails.fails, tails.holds);
  check.low = low + check.margin;
  check.high = high + check.margin;
  const bool beyond =
      equality ? low > 0 || high < 0 : !holds(check.relation, low, 0) && !holds(check.relation, high, 0);
  if (holds(check.relation, low, 0) && holds(check.relation, high, 0)) check.verdict = Verdict::holds;
  else if (beyond) check.verdict = Verdict::fails;
}

// The worst or best of several checks, with all checks as its parts.
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

// The constant summand of a number: it is shown as part of the margin, the rest as the measured value.
double constant_part(const Expression& node) {
  if (node.kind == Kind::number) return node.number;
  if (node.kind != Kind::arithmetic || (node.operation != '+' && node.operation != '-')) return 0;
  const double left = constant_part(*node.children[0]), right = constant_part(*node.children[1]);
  return node.operation == '+' ? left + right : left - right;
}

class Judge {
 public:
  Judge(const Domain& domain, const std::vector<Request>& requests, const Values& values)
      : domain_(domain), values_(values), evaluator_(requests, values) {}

  std::vector<Check> judge(const Expression& node, const Tails& tails) {
    if (node.kind == Kind::comparison || node.kind == Kind::trend) return compare(node, tails);
    return node.kind == Kind::on_seeds ? count_seeds(node) : connect(node, tails);
  }

 private:
  // The points with diverged runs: " (lr=3, lr=10)".
  std::string where_diverged(const std::set<std::size_t>& runs) const {
    std::vector<std::string> points;
    for (const std::size_t run : runs) {
      if (values_.states[run] != RunState::diverged) continue;
      const std::string point = domain_.settings(run / values_.seeds, " ");
      if (!point.empty() && std::ranges::find(points, point) == points.end()) points.push_back(point);
    }
    if (points.size() > 3) {
      points.resize(3);
      points.push_back("...");
    }
    return points.empty() ? "" : " (" + core::join(points, ", ") + ")";
  }

  // True, with its reason set, if a check is undecided because runs are missing or diverged.
  bool decided_by_runs(const Expression& node, std::size_t entry, bool by_seed, Check& check) const {
    const Runs runs = evaluator_.runs(node, entry);
    std::set<std::size_t> all = runs.queried;
    all.insert(runs.measured.begin(), runs.measured.end());
    const auto count = [&](const std::set<std::size_t>& among, RunState state) {
      return static_cast<std::size_t>(
          std::ranges::count_if(among, [&](std::size_t run) { return values_.states[run] == state; }));
    };
    if (const std::size_t missing = count(all, RunState::missing)) {
      check.reason = out_of(missing, all.size(), "missing");
      return true;
    }
    const std::size_t diverged = count(runs.measured, RunState::diverged);
    if (diverged == 0 || by_seed) return false;
    check.reason = fmt::format("{}{}; select points without them, or ask for diverged(...)",
                               out_of(diverged, runs.measured.size(), "diverged"), where_diverged(runs.measured));
    return true;
  }

  // A comparison is one difference, a trend one for each step; the worst one is decisive.
  std::vector<Check> compare(const Expression& node, Tails tails) {
    const bool trend = node.kind == Kind::trend;
    const bool flipped = node.children[0]->level == Level::constant;  // 0.1 <= x is reported as x >= 0.1
    const double left = constant_part(*node.children.front()), right = constant_part(*node.children.back());
    const auto naming = naming_axes(node.family);
    const std::vector<EstimatePointer> differences = subtract(node, flipped);
    tails.fails /= static_cast<double>(std::max<std::size_t>(differences.size(), 1));  // all have to hold
    std::size_t next = 0;
    std::vector<Check> checks;
    for (std::size_t entry = 0; entry < node.family.entries.size(); ++entry) {
      Check check{.where = label_of(domain_, node.family, entry, naming), .n = values_.seeds};
      check.relation = flipped ? mirrored(node.relation) : node.relation;
      check.margin = trend ? node.number : flipped ? left - right : right - left;
      const bool decided = decided_by_runs(node, entry, false, check);
      std::vector<Check> steps;
      for (const auto& [later, earlier] : pairs_of(node, entry)) {
        const EstimatePointer& difference = differences[next++];
        if (decided) continue;
        Check& step = steps.emplace_back(check);
        if (trend)
          step.where += fmt::format("{}from {:.6g} to {:.6g}", step.where.empty() ? "" : ", ", node.positions[earlier],
                                    node.positions[later]);
        decide(step, *difference, node.level, values_.seeds, tails);
      }
      checks.push_back(decided ? std::move(check) : decisive(std::move(steps), true));
    }
    return checks;
  }

  // left - right (right - left if flipped) for every pair of a comparison or trend, minus the margin of a trend.
  std::vector<EstimatePointer> subtract(const Expression& node, bool flipped) {
    const double margin = node.kind == Kind::trend ? node.number : 0;
    const EstimatePointer margins = mean_of(std::vector<double>(values_.seeds, margin));
    std::vector<EstimatePointer> result;
    for (std::size_t entry = 0; entry < node.family.entries.size(); ++entry)
      for (const auto& [first, second] : pairs_of(node, entry)) {
        const EstimatePointer left = evaluator_.estimate(*node.children.front(), first),
                              right = evaluator_.estimate(*node.children.back(), second);
        result.push_back(combine('-', flipped ? combine('-', right, left) : combine('-', left, right), margins));
      }
    return result;
  }

  std::vector<Check> count_seeds(const Expression& node) {
    const Expression& child = *node.children[0];
    const auto naming = naming_axes(node.family);
    std::vector<std::size_t> counts(node.family.entries.size());
    for (std::size_t seed = 0; seed < values_.seeds; ++seed) {
      const std::vector<bool> here = evaluator_.holds_for(child, seed);
      for (std::size_t entry = 0; entry < counts.size(); ++entry) counts[entry] += here[entry];
    }
    const double n = static_cast<double>(values_.seeds);
    const double needed = node.of == 0 ? n : std::ceil(node.number * n / node.of - 1e-9);
    std::vector<Check> checks;
    for (std::size_t entry = 0; entry < counts.size(); ++entry) {
      Check& check = checks.emplace_back(Check{.where = label_of(domain_, node.family, entry, naming),
                                               .relation = Relation::at_least,
                                               .margin = needed,
                                               .n = values_.seeds,
                                               .counts_seeds = true});
      if (decided_by_runs(child, entry, true, check)) continue;
      check.measured = static_cast<double>(counts[entry]);
      if (n < node.of) check.reason = fmt::format("{} seeds; the claim needs {}", n, node.of);
      else check.verdict = *check.measured >= needed ? Verdict::holds : Verdict::fails;
    }
    return checks;
  }

  std::vector<Check> connect(const Expression& node, Tails tails) {
    const double count = static_cast<double>(node.children.size());
    (node.kind == Kind::conjunction ? tails.fails : tails.holds) /= count;
    if (node.kind == Kind::disjunction && node.rows.size() > 1) tails.fails /= count;
    std::vector<std::vector<Check>> children;
    for (const ExpressionPointer& child : node.children) children.push_back(judge(*child, tails));
    std::vector<Check> checks;
    for (const std::vector<std::size_t>& row : node.rows) {
      std::vector<Check> parts;
      for (std::size_t i = 0; i < children.size(); ++i) parts.push_back(children[i][row[i]]);
      checks.push_back(decisive(std::move(parts), node.kind == Kind::conjunction));
    }
    return checks;
  }

  const Domain& domain_;
  const Values& values_;
  Evaluator evaluator_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view names[] = {"fails", "undecided", "holds"};
  return names[static_cast<std::size_t>(verdict)];
}

Check judge(const Expression& claim, const Domain& domain, const std::vector<Request>& requests, const Values& values) {
  return decisive(Judge(domain, requests, values).judge(claim, Tails{}), true);
}

}  // namespace descent::claims
