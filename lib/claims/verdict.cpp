#include "claims/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "claims/decision.h"
#include "claims/evaluate.h"
#include "claims/shapes.h"
#include "stats/bootstrap.h"

namespace descent::claims {
namespace {

using Kind = Node::Kind;

// a +- b +- constants: what of a number is constant. The rest is what a reader wants to see measured.
double constant_part(const Node& node) {
  if (node.level == Level::constant && node.kind == Kind::number) return node.number;
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
  Judge(const Program& program, const Domain& domain, const Values& values)
      : program_(program),
        domain_(domain),
        values_(values),
        evaluator_(program, values),
        everyone_(values.seeds) {
    std::iota(everyone_.begin(), everyone_.end(), std::size_t{0});
  }

  std::vector<Check> judge(const Node& node) {
    switch (node.kind) {
      case Kind::comparison: return compare(node);
      case Kind::trend: return follow(node);
      case Kind::on_seeds: return count_seeds(node);
      case Kind::negation: return negate(judge(*node.children[0]));
      default: return connect(node);
    }
  }

 private:
  void collect(const Node& node, std::size_t entry, Runs& runs) const {
    if (node.kind == Kind::column) {
      const Request& request = program_.requests[node.requests[entry]];
      auto& among = request.source == Request::Source::diverged ? runs.asked : runs.measured;
      const std::size_t first = request.joins_points ? 0 : node.points[entry],
                        end = request.joins_points ? domain_.points() : first + 1;
      for (std::size_t run = first * values_.seeds; run < end * values_.seeds; ++run) among.insert(run);
      return;
    }
    const bool along = node.kind == Kind::over_points || node.kind == Kind::first || node.kind == Kind::trend;
    if (node.rows.empty()) {  // the same entries as its child
      for (const NodePointer& child : node.children) collect(*child, entry, runs);
    } else if (along) {
      for (const std::size_t member : node.rows[entry]) collect(*node.children[0], member, runs);
    } else {
      for (std::size_t i = 0; i < node.children.size(); ++i)
        collect(*node.children[i], node.rows[entry][i], runs);
    }
  }

  // A check that the runs already decide, because some are missing or diverged.
  std::optional<Check> from_runs(const Node& node, std::size_t entry, bool by_seed) const {
    Runs runs;
    collect(node, entry, runs);
    std::set<std::size_t> all = runs.asked;
    all.insert(runs.measured.begin(), runs.measured.end());
    const auto count = [&](const std::set<std::size_t>& among, RunState state) {
      return static_cast<std::size_t>(
          std::ranges::count_if(among, [&](std::size_t run) { return values_.states[run] == state; }));
    };
    Check check = begin(node, entry);
    if (const std::size_t missing = count(all, RunState::missing)) {
      check.reason = counted(missing, all.size(), "missing");
      return check;
    }
    const std::size_t diverged = count(runs.measured, RunState::diverged);
    if (diverged == 0 || by_seed) return std::nullopt;
    check.verdict = Verdict::fails;
    check.reason = counted(diverged, runs.measured.size(), "diverged");
    return check;
  }

  Check begin(const Node& node, std::size_t entry) const {
    Check check;
    auto& naming = naming_[node.id];
    if (!naming) naming = naming_axes(node.shape);
    check.where = label_of(domain_, node.shape, entry, *naming);
    check.relation = node.relation;
    check.n = values_.seeds;
    return check;
  }

  std::vector<Check> compare(const Node& node) {
    const bool flipped = node.children[0]->level == Level::constant;  // 0.1 <= x is shown as x >= 0.1
    std::vector<Difference> differences = subtract(node, flipped);
    std::vector<Check> checks;
    for (std::size_t entry = 0; entry < node.shape.entries.size(); ++entry) {
      const auto known = from_runs(node, entry, false);
      Check& check = checks.emplace_back(known ? *known : begin(node, entry));
      check.relation = flipped ? mirrored(node.relation) : node.relation;
      const double left = constant_part(*node.children[0]), right = constant_part(*node.children[1]);
      check.margin = flipped ? left - right : right - left;
      if (!known) decide(check, differences[entry], values_.seeds);
    }
    return checks;
  }

  // left - right by entry of a comparison; right - left when flipped.
  std::vector<Difference> subtract(const Node& node, bool flipped) {
    const double sign = flipped ? -1 : 1;
    const std::size_t entries = node.shape.entries.size();
    std::vector<Difference> result(entries, Difference{node.level, {}, 0, {}});
    if (node.level == Level::per_seed) {
      const auto &left = evaluator_.per_seed(*node.children[0]),
                 &right = evaluator_.per_seed(*node.children[1]);
      for (std::size_t entry = 0; entry < entries; ++entry)
        for (std::size_t seed = 0; seed < values_.seeds; ++seed)
          result[entry].by_seed.push_back(
              sign * (left[node.rows[entry][0]][seed] - right[node.rows[entry][1]][seed]));
      return result;
    }
    const auto of = [&](const Sample& sample) {
      const auto left = evaluator_.statistic(*node.children[0], sample),
                 right = evaluator_.statistic(*node.children[1], sample);
      std::vector<double> values;
      for (std::size_t entry = 0; entry < entries; ++entry)
        values.push_back(sign * (left[node.rows[entry][0]] - right[node.rows[entry][1]]));
      return values;
    };
    resample(node, of, result);
    return result;
  }

  template <class Statistic>
  void resample(const Node& node, const Statistic& statistic, std::vector<Difference>& result) const {
    const std::vector<double> values = statistic(everyone_);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].value = values[i];
    if (node.level != Level::of_means || values_.seeds < stats::least_for_bootstrap) return;
    for (const Sample& sample : stats::resamples(values_.seeds)) {
      const std::vector<double> drawn = statistic(sample);
      for (std::size_t i = 0; i < result.size(); ++i) result[i].replicates.push_back(drawn[i]);
    }
  }

  // Every step of a trend, the worst one per entry.
  std::vector<Check> follow(const Node& node) {
    std::vector<Check> checks;
    for (std::size_t entry = 0; entry < node.shape.entries.size(); ++entry) {
      Check whole = begin(node, entry);
      const bool tolerant = node.number > 0;
      whole.relation = node.rises ? (tolerant ? Relation::at_least : Relation::greater)
                                  : (tolerant ? Relation::at_most : Relation::less);
      whole.margin = node.rises && tolerant ? -node.number : node.number;  // never -0
      if (const auto known = from_runs(node, entry, false)) {
        whole.verdict = known->verdict;
        whole.reason = known->reason;
        checks.push_back(std::move(whole));
        continue;
      }
      std::vector<Check> steps;
      const auto pairs = pairs_of(node, entry);
      const std::vector<Difference> differences = steps_of(node, pairs);
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        Check check = whole;
        check.where += fmt::format("{}from {:.6g} to {:.6g}", check.where.empty() ? "" : ", ",
                                   node.places[pairs[i].first], node.places[pairs[i].second]);
        Difference beyond = differences[i];
        beyond.value -= check.margin;
        for (double& value : beyond.by_seed) value -= check.margin;
        for (double& value : beyond.replicates) value -= check.margin;
        decide(check, beyond, values_.seeds);
        steps.push_back(std::move(check));
      }
      checks.push_back(decisive(std::move(steps), true));
    }
    return checks;
  }

  std::vector<Difference> steps_of(const Node& node,
                                   const std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
    std::vector<Difference> result(pairs.size(), Difference{node.level, {}, 0, {}});
    const Node& child = *node.children[0];
    if (node.level == Level::per_seed) {
      const auto& values = evaluator_.per_seed(child);
      for (std::size_t i = 0; i < pairs.size(); ++i)
        for (std::size_t seed = 0; seed < values_.seeds; ++seed)
          result[i].by_seed.push_back(values[pairs[i].second][seed] - values[pairs[i].first][seed]);
      return result;
    }
    resample(
        node,
        [&](const Sample& sample) {
          const std::vector<double> values = evaluator_.statistic(child, sample);
          std::vector<double> steps;
          for (const auto& [before, after] : pairs) steps.push_back(values[after] - values[before]);
          return steps;
        },
        result);
    return result;
  }

  std::vector<Check> count_seeds(const Node& node) {
    const Node& child = *node.children[0];
    std::vector<std::size_t> counts(node.shape.entries.size());
    for (std::size_t seed = 0; seed < values_.seeds; ++seed) {
      const std::vector<bool> here = evaluator_.holds_for(child, seed);
      for (std::size_t entry = 0; entry < counts.size(); ++entry) counts[entry] += here[entry];
    }
    const double n = static_cast<double>(values_.seeds);
    const double needed = node.of == 0 ? n : std::ceil(node.number * n / node.of - 1e-9);
    std::vector<Check> checks;
    for (std::size_t entry = 0; entry < counts.size(); ++entry) {
      auto incomplete = from_runs(child, entry, true);
      Check check = incomplete ? *incomplete : begin(node, entry);
      check.relation = Relation::at_least;
      check.margin = needed;
      check.counts_seeds = true;
      if (!incomplete) check.measured = static_cast<double>(counts[entry]);
      if (!incomplete && n < node.of)
        check.reason = fmt::format("{} seeds; the claim speaks of {}", n, node.of);
      else if (!incomplete) check.verdict = *check.measured >= needed ? Verdict::holds : Verdict::fails;
      checks.push_back(std::move(check));
    }
    return checks;
  }

  static std::vector<Check> negate(std::vector<Check> checks) {
    for (Check& check : checks)
      if (check.verdict != Verdict::undecided)
        check.verdict = check.verdict == Verdict::holds ? Verdict::fails : Verdict::holds;
    return checks;
  }

  std::vector<Check> connect(const Node& node) {
    std::vector<std::vector<Check>> children;
    for (const NodePointer& child : node.children) children.push_back(judge(*child));
    std::vector<Check> checks;
    for (const std::vector<std::size_t>& row : node.rows) {
      std::vector<Check> parts;
      for (std::size_t i = 0; i < children.size(); ++i) parts.push_back(children[i][row[i]]);
      checks.push_back(decisive(std::move(parts), node.kind == Kind::conjunction));
    }
    return checks;
  }

  const Program& program_;
  const Domain& domain_;
  const Values& values_;
  Evaluator evaluator_;
  mutable std::map<std::size_t, std::optional<std::vector<std::size_t>>> naming_;  // by node
  Sample everyone_;
};

}  // namespace

Check judge(const Program& program, const Domain& domain, const Values& values) {
  return decisive(Judge(program, domain, values).judge(*program.root), true);
}

}  // namespace descent::claims
