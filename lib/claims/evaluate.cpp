#include "claims/evaluate.h"

#include <algorithm>
#include <cmath>

#include "claims/crossing.h"

namespace descent::claims {
namespace {

using Kind = Node::Kind;

double calculate(char operation, double a, double b) {
  switch (operation) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return std::pow(a, b);
  }
}

// The value of one entry from those of the children: value(child, entry of the child).
template <class Value>
double combine(const Node& node, std::size_t entry, const Value& value) {
  const std::vector<std::size_t>& row = node.rows[entry];
  if (node.kind == Kind::arithmetic) return calculate(node.operation, value(0, row[0]), value(1, row[1]));
  if (node.kind == Kind::function) return node.function->apply(value(0, row[0]));
  std::vector<double> values, places;
  for (const std::size_t member : row) {
    values.push_back(value(0, member));
    places.push_back(node.places[member]);
    if (std::isnan(values.back())) return values.back();
  }
  return node.kind == Kind::first ? crossing(values, places, node.relation)
                                  : node.reduction->apply(values, places);
}

bool all_true(const Node& node, std::size_t entry, const std::vector<std::vector<bool>>& children) {
  for (std::size_t i = 0; i < children.size(); ++i)
    if (!children[i][node.rows[entry][i]]) return false;
  return true;
}

bool any_true(const Node& node, std::size_t entry, const std::vector<std::vector<bool>>& children) {
  for (std::size_t i = 0; i < children.size(); ++i)
    if (children[i][node.rows[entry][i]]) return true;
  return false;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Node& trend, std::size_t entry) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  const std::vector<std::size_t>& row = trend.rows[entry];
  for (std::size_t i = 0; i + 1 < row.size(); ++i)
    for (std::size_t j = i + 1; j < (trend.number > 0 ? row.size() : i + 2); ++j)
      pairs.emplace_back(row[i], row[j]);
  return pairs;
}

Evaluator::Evaluator(const Program& program, const Values& values)
    : values_(values), memory_(program.nodes) {}

const std::vector<std::vector<double>>& Evaluator::per_seed(const Node& node) {
  auto& memory = memory_[node.id];
  if (!memory.empty()) return memory;
  std::vector<const std::vector<std::vector<double>>*> children;
  for (const NodePointer& child : node.children) children.push_back(&per_seed(*child));
  std::vector<std::vector<double>> result(node.shape.entries.size(),
                                          std::vector<double>(seeds(), node.number));
  for (std::size_t entry = 0; entry < result.size(); ++entry)
    for (std::size_t seed = 0; seed < seeds(); ++seed) {
      if (node.kind == Kind::column)
        result[entry][seed] = values_.numbers[node.requests[entry]][node.points[entry] * seeds() + seed];
      else if (node.kind != Kind::number)
        result[entry][seed] = combine(
            node, entry, [&](std::size_t child, std::size_t of) { return (*children[child])[of][seed]; });
    }
  memory = std::move(result);
  return memory;
}

std::vector<double> Evaluator::statistic(const Node& node, const Sample& sample) {
  std::vector<double> result;
  if (node.level == Level::constant && node.kind == Kind::number) return {node.number};
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
  for (const NodePointer& child : node.children) children.push_back(statistic(*child, sample));
  for (std::size_t entry = 0; entry < node.shape.entries.size(); ++entry)
    result.push_back(
        combine(node, entry, [&](std::size_t child, std::size_t of) { return children[child][of]; }));
  return result;
}

std::vector<bool> Evaluator::holds_for(const Node& node, std::size_t seed) {
  std::vector<bool> result(node.shape.entries.size());
  if (node.kind == Kind::on_seeds) return holds_for(*node.children[0], seed);
  if (node.kind == Kind::comparison || node.kind == Kind::trend) {
    std::vector<std::vector<double>> sides;
    for (const NodePointer& child : node.children) sides.push_back(statistic(*child, {seed}));
    for (std::size_t entry = 0; entry < result.size(); ++entry) {
      if (node.kind == Kind::comparison) {
        result[entry] = holds(node.relation, sides[0][node.rows[entry][0]], sides[1][node.rows[entry][1]]);
        continue;
      }
      result[entry] = true;
      for (const auto& [before, after] : pairs_of(node, entry)) {
        const double step = sides[0][after] - sides[0][before], growth = node.rises ? step : -step;
        if (!(node.number > 0 ? growth >= -node.number : growth > 0)) result[entry] = false;
      }
    }
    return result;
  }
  std::vector<std::vector<bool>> children;
  for (const NodePointer& child : node.children) children.push_back(holds_for(*child, seed));
  for (std::size_t entry = 0; entry < result.size(); ++entry) {
    if (node.kind == Kind::negation) result[entry] = !children[0][node.rows[entry][0]];
    else
      result[entry] =
          node.kind == Kind::conjunction ? all_true(node, entry, children) : any_true(node, entry, children);
  }
  return result;
}

}  // namespace descent::claims
