#include "claims/evaluate.h"

#include <algorithm>
#include <cmath>

namespace descent::claims {
namespace {

using Kind = Syntax::Kind;

bool selects_smallest(const Expression& node) {
  return node.kind == Kind::reduction && (node.reduction->name == "min" || node.reduction->name == "argmin");
}

std::vector<double> positions_of(const Expression& node, const std::vector<std::size_t>& members) {
  std::vector<double> positions;
  for (const std::size_t member : members) positions.push_back(node.positions[member]);
  return positions;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Expression& node, std::size_t entry) {
  const std::vector<std::size_t>& row = node.rows[entry];
  if (node.kind == Kind::comparison) return {{row[0], row[1]}};
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i + 1 < row.size(); ++i)
    for (std::size_t j = i + 1; j < (node.number == 0 ? i + 2 : row.size()); ++j) pairs.emplace_back(row[j], row[i]);
  return pairs;
}

Evaluator::Evaluator(const std::vector<Request>& requests, const Values& values)
    : requests_(requests), values_(values) {
  any_diverged_ = std::ranges::find(values.states, RunState::diverged) != values.states.end();
}

Runs Evaluator::runs(const Expression& node, std::size_t entry) const {
  Runs found;
  const auto add = [&](const Expression& child, std::size_t of) {
    Runs more = runs(child, of);
    found.queried.merge(more.queried);
    found.measured.merge(more.measured);
  };
  if (node.kind == Kind::column) {
    const Request& request = requests_[node.requests[entry]];
    auto& among = request.source == Request::Source::diverged ? found.queried : found.measured;
    const std::size_t first = request.joins_points ? 0 : node.family.entries[entry].point * values_.seeds,
                      end = request.joins_points ? values_.states.size() : first + values_.seeds;
    for (std::size_t run = first; run < end; ++run) among.insert(run);
  } else if (node.rows.empty()) {  // has the entries of its child
    for (const ExpressionPointer& child : node.children) add(*child, entry);
  } else if (node.kind == Kind::reduction || node.kind == Kind::first || node.kind == Kind::trend) {
    for (const std::size_t member : members(node, entry, {})) add(*node.children[0], member);
  } else {
    for (std::size_t i = 0; i < node.children.size(); ++i) add(*node.children[i], node.rows[entry][i]);
  }
  return found;
}

bool Evaluator::diverged(const Expression& node, std::size_t entry, std::optional<std::size_t> seed) const {
  const Runs found = runs(node, entry);
  return std::ranges::any_of(found.measured, [&](std::size_t run) {
    return values_.states[run] == RunState::diverged && (!seed || run % values_.seeds == *seed);
  });
}

std::vector<std::size_t> Evaluator::members(const Expression& node, std::size_t entry,
                                            std::optional<std::size_t> seed) const {
  if (!selects_smallest(node) || !any_diverged_) return node.rows[entry];
  std::vector<std::size_t> kept;
  for (const std::size_t member : node.rows[entry])
    if (!diverged(*node.children[0], member, seed)) kept.push_back(member);
  return kept.empty() ? node.rows[entry] : kept;
}

template <class Value>
double Evaluator::combined(const Expression& node, std::size_t entry, std::optional<std::size_t> seed,
                           const Value& value) const {
  const std::vector<std::size_t>& row = node.rows[entry];
  if (node.kind == Kind::arithmetic) return calculate(node.operation, value(0, row[0]), value(1, row[1]));
  if (node.kind == Kind::function) return node.function->apply(value(0, row[0]));
  const std::vector<std::size_t> among = members(node, entry, seed);
  std::vector<double> values;
  for (const std::size_t member : among) {
    values.push_back(value(0, member));
    if (std::isnan(values.back())) return values.back();
  }
  const std::vector<double> positions = positions_of(node, among);
  return node.kind == Kind::first ? crossing(values, positions, node.relation)
                                  : node.reduction->apply(values, positions);
}

const std::vector<std::vector<double>>& Evaluator::per_seed(const Expression& node) {
  if (node.kind == Kind::over_seeds) return per_seed(*node.children[0]);
  auto& result = by_seed_[&node];
  if (!result.empty()) return result;
  std::vector<const std::vector<std::vector<double>>*> children;
  for (const ExpressionPointer& child : node.children) children.push_back(&per_seed(*child));
  result.assign(node.family.entries.size(), std::vector<double>(values_.seeds, node.number));
  for (std::size_t entry = 0; entry < result.size(); ++entry)
    for (std::size_t seed = 0; seed < values_.seeds; ++seed) {
      if (node.kind == Kind::column)
        result[entry][seed] =
            values_.numbers[node.requests[entry]][node.family.entries[entry].point * values_.seeds + seed];
      else if (node.kind != Kind::number)
        result[entry][seed] = combined(node, entry, seed,
                                       [&](std::size_t child, std::size_t of) { return (*children[child])[of][seed]; });
    }
  return result;
}

EstimatePointer Evaluator::estimate(const Expression& node, std::size_t entry) {
  EstimatePointer& known = estimates_[{&node, node.kind == Kind::number ? 0 : entry}];
  if (!known) known = make_estimate(node, entry);
  return known;
}

EstimatePointer Evaluator::make_estimate(const Expression& node, std::size_t entry) {
  const auto constant = [&](double value) { return mean_of(std::vector<double>(values_.seeds, value)); };
  const auto operand = [&](std::size_t i) { return estimate(*node.children[i], node.rows[entry][i]); };
  if (node.kind == Kind::number) return constant(node.number);
  const auto exact = [](double value) { return std::make_shared<const Estimate>(Estimate{value, {}}); };
  if (node.kind == Kind::over_seeds) {
    const std::vector<double>& values = per_seed(node)[entry];
    if (node.reduction->name == "median") return median_over_seeds(values);
    if (node.level != Level::exact) return mean_of(values);
    const bool complete = std::ranges::none_of(values, [](double value) { return std::isnan(value); });
    return exact(complete ? node.reduction->apply(values, {}) : std::nan(""));
  }
  if (node.level <= Level::per_seed || node.kind == Kind::column) return mean_of(per_seed(node)[entry]);
  if (node.level == Level::exact)
    return exact(combined(node, entry, {}, [&](std::size_t child, std::size_t of) {
      return estimate(*node.children[child], of)->value;
    }));
  if (node.kind == Kind::arithmetic) return combine(node.operation, operand(0), operand(1));
  if (node.kind == Kind::function && node.function->name == "abs")
    return reduce("max", {operand(0), combine('-', constant(0), operand(0))}, {});
  if (node.kind == Kind::function) return transform(node.function->apply, operand(0));
  const std::vector<std::size_t> among = members(node, entry, {});
  std::vector<EstimatePointer> parts;
  for (const std::size_t member : among) parts.push_back(estimate(*node.children[0], member));
  const double count = static_cast<double>(parts.size());
  if (node.kind == Kind::first) return first_crossing(std::move(parts), positions_of(node, among), node.relation);
  EstimatePointer reduced = reduce(node.reduction->name, std::move(parts), positions_of(node, among));
  return node.reduction->name == "mean" ? combine('/', reduced, constant(count)) : reduced;
}

std::vector<bool> Evaluator::holds_for(const Expression& node, std::size_t seed) {
  if (node.kind == Kind::on_seeds) return holds_for(*node.children[0], seed);
  std::vector<bool> result(node.family.entries.size());
  if (node.kind == Kind::comparison || node.kind == Kind::trend) {
    const auto &left = per_seed(*node.children.front()), &right = per_seed(*node.children.back());
    for (std::size_t entry = 0; entry < result.size(); ++entry)
      result[entry] = std::ranges::all_of(pairs_of(node, entry), [&](const auto& pair) {
        const double a = left[pair.first][seed], b = right[pair.second][seed];
        return node.kind == Kind::trend ? holds(node.relation, a - b, node.number) : holds(node.relation, a, b);
      });
    return result;
  }
  std::vector<std::vector<bool>> children;
  for (const ExpressionPointer& child : node.children) children.push_back(holds_for(*child, seed));
  for (std::size_t entry = 0; entry < result.size(); ++entry) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < children.size(); ++i) count += children[i][node.rows[entry][i]];
    result[entry] = node.kind == Kind::conjunction ? count == children.size() : count > 0;
  }
  return result;
}

}  // namespace descent::claims
