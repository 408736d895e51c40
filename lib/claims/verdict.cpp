#include "claims/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "claims/decision.h"
#include "claims/evaluate.h"
#include "claims/families.h"
#include "core/text.h"

namespace descent::claims {
namespace {

using Kind = Syntax::Kind;

// a +- b +- constants: what of a number is constant. The rest is what a reader wants to see measured.
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
  // " (lr=3, lr=10)": the points of the runs that diverged.
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

  // Whether the runs decide a check already, because some are missing or diverged.
  bool decided_by_runs(const Expression& node, std::size_t entry, bool by_seed, Check& check) const {
    const Runs runs = evaluator_.runs(node, entry);
    std::set<std::size_t> all = runs.asked;
    all.insert(runs.measured.begin(), runs.measured.end());
    const auto count = [&](const std::set<std::size_t>& among, RunState state) {
      return static_cast<std::size_t>(
          std::ranges::count_if(among, [&](std::size_t run) { return values_.states[run] == state; }));
    };
    if (const std::size_t missing = count(all, RunState::missing)) {
      check.reason = counted(missing, all.size(), "missing");
      return true;
    }
    const std::size_t diverged = count(runs.measured, RunState::diverged);
    if (diverged == 0 || by_seed) return false;
    check.reason = fmt::format("{}{}; select points without them, or ask for diverged(...)",
                               counted(diverged, runs.measured.size(), "diverged"), where_diverged(runs.measured));
    return true;
  }

  // A comparison is one difference, a trend that of every step; the worst one counts.
  std::vector<Check> compare(const Expression& node, Tails tails) {
    const bool trend = node.kind == Kind::trend;
    const bool flipped = node.children[0]->level == Level::constant;  // 0.1 <= x is shown as x >= 0.1
    const double left = constant_part(*node.children.front()), right = constant_part(*node.children.back());
    const auto naming = naming_axes(node.family);
    const std::vector<Difference> differences = subtract(node, flipped);
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
        const Difference& difference = differences[next++];
        if (decided) continue;
        Check& step = steps.emplace_back(check);
        if (trend)
          step.where += fmt::format("{}from {:.6g} to {:.6g}", step.where.empty() ? "" : ", ", node.positions[earlier],
                                    node.positions[later]);
        decide(step, difference, values_.seeds, tails);
      }
      checks.push_back(decided ? std::move(check) : decisive(std::move(steps), true));
    }
    return checks;
  }

  // left - right of every pair of a comparison or trend, less the margin of a trend; right - left when flipped.
  std::vector<Difference> subtract(const Expression& node, bool flipped) {
    const Expression &left = *node.children.front(), &right = *node.children.back();
    const double sign = flipped ? -1 : 1, margin = node.kind == Kind::trend ? node.number : 0;
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t entry = 0; entry < node.family.entries.size(); ++entry)
      for (const auto& pair : pairs_of(node, entry)) pairs.push_back(pair);
    std::vector<Difference> result(pairs.size(), Difference{node.level});
    if (node.level == Level::per_seed) {
      const auto &a = evaluator_.per_seed(left), &b = evaluator_.per_seed(right);
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        for (std::size_t seed = 0; seed < values_.seeds; ++seed)
          result[i].by_seed.push_back(sign * (a[pairs[i].first][seed] - b[pairs[i].second][seed]) - margin);
        result[i].estimate = mean_of(result[i].by_seed);
      }
      return result;
    }
    if (node.level == Level::plain) {
      std::vector<std::size_t> everyone(values_.seeds);
      std::iota(everyone.begin(), everyone.end(), std::size_t{0});
      const auto a = evaluator_.statistic(left, everyone), b = evaluator_.statistic(right, everyone);
      for (std::size_t i = 0; i < pairs.size(); ++i)
        result[i].value = sign * (a[pairs[i].first] - b[pairs[i].second]) - margin;
      return result;
    }
    const EstimatePointer margins = mean_of(std::vector<double>(values_.seeds, margin));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const EstimatePointer a = evaluator_.estimate(left, pairs[i].first),
                            b = evaluator_.estimate(right, pairs[i].second);
      result[i].estimate = combine('-', flipped ? combine('-', b, a) : combine('-', a, b), margins);
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

Check judge(const Expression& claim, const Domain& domain, const std::vector<Request>& requests, const Values& values) {
  return decisive(Judge(domain, requests, values).judge(claim, Tails{}), true);
}

}  // namespace descent::claims
