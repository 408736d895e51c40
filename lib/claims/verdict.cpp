#include "claims/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "claims/decision.h"
#include "claims/evaluate.h"
#include "claims/families.h"
#include "stats/bootstrap.h"

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

// The runs that the entry of a node rests on.
struct Runs {
  std::set<std::size_t> asked;     // whether or not they diverged
  std::set<std::size_t> measured;  // by a column that a diverged run does not have
};

class Judge {
 public:
  Judge(const Domain& domain, const std::vector<Request>& requests, const Values& values)
      : domain_(domain), requests_(requests), values_(values), evaluator_(values) {}

  std::vector<Check> judge(const Expression& node) {
    if (node.kind == Kind::comparison || node.kind == Kind::trend) return compare(node);
    return node.kind == Kind::on_seeds ? count_seeds(node) : connect(node);
  }

 private:
  void collect(const Expression& node, std::size_t entry, Runs& runs) const {
    if (node.kind == Kind::column) {
      const Request& request = requests_[node.requests[entry]];
      auto& among = request.source == Request::Source::diverged ? runs.asked : runs.measured;
      const std::size_t first = request.joins_points ? 0 : node.family.entries[entry].point,
                        end = request.joins_points ? domain_.points() : first + 1;
      for (std::size_t run = first * values_.seeds; run < end * values_.seeds; ++run) among.insert(run);
      return;
    }
    const bool along = node.kind == Kind::reduction || node.kind == Kind::first || node.kind == Kind::trend;
    if (node.rows.empty()) {  // the same entries as its child
      for (const ExpressionPointer& child : node.children) collect(*child, entry, runs);
    } else if (along) {
      for (const std::size_t member : node.rows[entry]) collect(*node.children[0], member, runs);
    } else {
      for (std::size_t i = 0; i < node.children.size(); ++i) collect(*node.children[i], node.rows[entry][i], runs);
    }
  }

  // Whether the runs decide a check already, because some are missing or diverged.
  bool decided_by_runs(const Expression& node, std::size_t entry, bool by_seed, Check& check) const {
    Runs runs;
    collect(node, entry, runs);
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
    check.verdict = Verdict::fails;
    check.reason = counted(diverged, runs.measured.size(), "diverged");
    return true;
  }

  // A comparison is one difference, a trend that of every step; the worst one counts.
  std::vector<Check> compare(const Expression& node) {
    const bool trend = node.kind == Kind::trend;
    const bool flipped = node.children[0]->level == Level::constant;  // 0.1 <= x is shown as x >= 0.1
    const double left = constant_part(*node.children.front()), right = constant_part(*node.children.back());
    const auto naming = naming_axes(node.family);
    const std::vector<Difference> differences = subtract(node, flipped);
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
        decide(step, difference, values_.seeds);
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
      for (std::size_t i = 0; i < pairs.size(); ++i)
        for (std::size_t seed = 0; seed < values_.seeds; ++seed)
          result[i].by_seed.push_back(sign * (a[pairs[i].first][seed] - b[pairs[i].second][seed]) - margin);
      return result;
    }
    const auto statistic = [&](const Sample& sample) {
      const auto a = evaluator_.statistic(left, sample), b = evaluator_.statistic(right, sample);
      std::vector<double> values;
      for (const auto& [i, j] : pairs) values.push_back(sign * (a[i] - b[j]) - margin);
      return values;
    };
    Sample everyone(values_.seeds);
    std::iota(everyone.begin(), everyone.end(), std::size_t{0});
    const std::vector<double> values = statistic(everyone);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].value = values[i];
    if (node.level != Level::of_means || values_.seeds < stats::least_for_bootstrap) return result;
    for (const Sample& sample : stats::resamples(values_.seeds)) {
      const std::vector<double> drawn = statistic(sample);
      for (std::size_t i = 0; i < result.size(); ++i) result[i].replicates.push_back(drawn[i]);
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

  std::vector<Check> connect(const Expression& node) {
    std::vector<std::vector<Check>> children;
    for (const ExpressionPointer& child : node.children) children.push_back(judge(*child));
    std::vector<Check> checks;
    for (const std::vector<std::size_t>& row : node.rows) {
      std::vector<Check> parts;
      for (std::size_t i = 0; i < children.size(); ++i) parts.push_back(children[i][row[i]]);
      checks.push_back(decisive(std::move(parts), node.kind == Kind::conjunction));
    }
    return checks;
  }

  const Domain& domain_;
  const std::vector<Request>& requests_;
  const Values& values_;
  Evaluator evaluator_;
};

}  // namespace

Check judge(const Expression& claim, const Domain& domain, const std::vector<Request>& requests, const Values& values) {
  return decisive(Judge(domain, requests, values).judge(claim), true);
}

}  // namespace descent::claims
