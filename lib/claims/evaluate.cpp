#include "claims/evaluate.h"

#include <algorithm>
#include <cmath>

#include "claims/crossing.h"

namespace descent::claims {
namespace {

using Kind = Syntax::Kind;

double calculate(char operation, double a, double b) {
  if (operation == '+') return a + b;
  if (operation == '-') return a - b;
  if (operation == '*') return a * b;
  return operation == '/' ? a / b : std::pow(a, b);
}

// The value of one entry from those of the children: value(child, entry of the child).
template <class Value> double combine(const Expression& node, std::size_t entry, const Value& value) {
  const std::vector<std::size_t>& row = node.rows[entry];
  if (node.kind == Kind::arithmetic) return calculate(node.operation, value(0, row[0]), value(1, row[1]));
  if (node.kind == Kind::function) return node.function->apply(value(0, row[0]));
  std::vector<double> values, positions;
  for (const std::size_t member : row) {
    values.push_back(value(0, member));
    positions.push_back(node.positions[member]);
    if (std::isnan(values.back())) return values.back();
  }
  return node.kind == Kind::first ? crossing(values, positions, node.relation)
                                  : node.reduction->apply(values, positions);
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

const std::vector<std::vector<double>>& Evaluator::per_seed(const Expression& node) {
  auto& result = memory_[&node];
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
        result[entry][seed] =
            combine(node, entry, [&](std::size_t child, std::size_t of) { return (*children[child])[of][seed]; });
    }
  return result;
}

std::vector<double> Evaluator::statistic(const Expression& node, const Sample& sample) {
  std::vector<double> result;
  if (node.kind == Kind::number) return {node.number};
  if (node.level <= Level::per_seed || node.kind == Kind::over_seeds || node.kind == Kind::column) {
    const bool reduces = node.kind == Kind::over_seeds;
    const Reduction& reduction = reduces ? *node.reduction : *find_reduction("mean");
    for (const std::vector<double>& row : per_seed(reduces ? *node.children[0] : node)) {
      std::vector<double> drawn;
      for (const std::size_t seed : sample) drawn.push_back(row[seed]);
      const bool complete = std::ranges::none_of(drawn, [](double value) { return std::isnan(value); });
      result.push_back(complete ? reduction.apply(drawn, {}) : std::nan(""));
    }
    return result;
  }
  std::vector<std::vector<double>> children;
  for (const ExpressionPointer& child : node.children) children.push_back(statistic(*child, sample));
  for (std::size_t entry = 0; entry < node.family.entries.size(); ++entry)
    result.push_back(combine(node, entry, [&](std::size_t child, std::size_t of) { return children[child][of]; }));
  return result;
}

std::vector<bool> Evaluator::holds_for(const Expression& node, std::size_t seed) {
  if (node.kind == Kind::on_seeds) return holds_for(*node.children[0], seed);
  std::vector<bool> result(node.family.entries.size());
  if (node.kind == Kind::comparison || node.kind == Kind::trend) {
    const std::vector<double> left = statistic(*node.children.front(), {seed}),
                              right = statistic(*node.children.back(), {seed});
    for (std::size_t entry = 0; entry < result.size(); ++entry)
      result[entry] = std::ranges::all_of(pairs_of(node, entry), [&](const auto& pair) {
        const double a = left[pair.first], b = right[pair.second];
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
