#include "claims/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/text.h"

namespace descent::claims {
namespace {

bool is_list(const Selector& selector) { return selector.relation == Relation::equal && !selector.range; }

bool equals(const Literal& literal, const std::string& value) {
  return literal.number ? core::parse_number(value) == literal.number : literal.text == value;
}

// What is wrong with a value that no point has; nothing for others.
std::optional<Finding> unknown_value(const Domain& domain, const std::string& path, const Literal& literal) {
  std::vector<std::string> values;
  for (std::size_t point = 0; point < domain.points(); ++point) {
    const std::string& value = domain.value(path, point);
    if (equals(literal, value)) return std::nullopt;
    if (std::ranges::find(values, value) == values.end() && values.size() < 50) values.push_back(value);
  }
  const bool is_word = !literal.number && literal.text.size() > 1;
  return Finding{
      literal.offset,
      fmt::format("no point has {}={}{} (one of {})", domain.short_name(path), literal.text,
                  is_word ? core::did_you_mean(literal.text, values) : "", core::join(values, ", "))};
}

}  // namespace

bool matches(const Selector& selector, double value) {
  if (selector.range) return *selector.values[0].number <= value && value <= *selector.values[1].number;
  return std::ranges::any_of(selector.values, [&](const Literal& literal) {
    return holds(selector.relation, value, *literal.number);
  });
}

bool matches(const Selector& selector, const std::string& value) {
  if (is_list(selector))
    return std::ranges::any_of(selector.values,
                               [&](const Literal& literal) { return equals(literal, value); });
  const auto number = core::parse_number(value);
  return number && matches(selector, *number);
}

std::vector<std::size_t> select_points(const std::vector<const Selector*>& selectors, const Domain& domain,
                                       std::vector<Finding>& findings) {
  std::vector<std::size_t> points(domain.points());
  std::iota(points.begin(), points.end(), std::size_t{0});
  std::set<std::string> paths;
  for (const Selector* selector : selectors) {
    std::string problem;
    const auto path = domain.resolve(selector->name, problem);
    if (path && !paths.insert(*path).second) problem = selector->name + " is selected twice";
    std::optional<Finding> wrong;
    if (!problem.empty()) wrong = Finding{selector->offset, std::move(problem)};
    for (const Literal& literal : selector->values)
      if (!wrong && is_list(*selector)) wrong = unknown_value(domain, *path, literal);
    if (!wrong) {
      std::erase_if(points,
                    [&](std::size_t point) { return !matches(*selector, domain.value(*path, point)); });
      if (points.empty())
        wrong = Finding{selector->offset,
                        fmt::format("no point has this {}{}", selector->name,
                                    paths.size() > 1 ? " beside what is selected before it" : "")};
    }
    if (wrong) findings.push_back(std::move(*wrong));
  }
  return points;
}

}  // namespace descent::claims
