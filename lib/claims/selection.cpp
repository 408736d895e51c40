#include "claims/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace descent::claims {
namespace {

bool is_list(const Selector& selector) { return selector.relation == Relation::equal && !selector.range; }

bool equals(const Literal& literal, const std::string& value) {
  return literal.number ? core::parse_number(value) == literal.number : literal.text == value;
}

// Throws where no point has the value.
void check_value(const Domain& domain, const std::string& path, const Literal& literal) {
  std::vector<std::string> values;
  for (std::size_t point = 0; point < domain.points(); ++point) {
    const std::string& value = domain.value(path, point);
    if (equals(literal, value)) return;
    if (std::ranges::find(values, value) == values.end() && values.size() < 50) values.push_back(value);
  }
  const bool is_word = !literal.number && literal.text.size() > 1;
  throw Mistakes(literal.offset,
                 fmt::format("no point has {}={}{} (one of {})", domain.short_name(path), literal.text,
                             is_word ? core::did_you_mean(literal.text, values) : "", core::join(values, ", ")));
}

}  // namespace

bool matches(const Selector& selector, double value) {
  if (selector.range) return *selector.values[0].number <= value && value <= *selector.values[1].number;
  return std::ranges::any_of(selector.values,
                             [&](const Literal& literal) { return holds(selector.relation, value, *literal.number); });
}

bool matches(const Selector& selector, const std::string& value) {
  if (is_list(selector))
    return std::ranges::any_of(selector.values, [&](const Literal& literal) { return equals(literal, value); });
  const auto number = core::parse_number(value);
  return number && matches(selector, *number);
}

std::vector<std::size_t> select_points(const std::vector<const Selector*>& selectors, const Domain& domain) {
  std::vector<std::size_t> points(domain.points());
  std::iota(points.begin(), points.end(), std::size_t{0});
  std::set<std::string> paths;
  Mistakes mistakes;
  const auto select = [&](const Selector& selector) {
    const std::string path = domain.resolve(selector.name, selector.offset);
    if (!paths.insert(path).second) throw Mistakes(selector.offset, selector.name + " is selected twice");
    if (is_list(selector))
      for (const Literal& literal : selector.values) check_value(domain, path, literal);
    std::erase_if(points, [&](std::size_t point) { return !matches(selector, domain.value(path, point)); });
    if (points.empty())
      throw Mistakes(selector.offset, fmt::format("no point has this {}{}", selector.name,
                                                  paths.size() > 1 ? " together with what is selected before it" : ""));
  };
  for (const Selector* selector : selectors) mistakes.collect([&] { select(*selector); });
  mistakes.raise();
  return points;
}

std::vector<std::size_t> select_points(const std::string& selection, const plan::Plan& plan) {
  const std::string before = "points(";  // as of a column
  try {
    const Domain domain(plan);
    const SyntaxPointer syntax = parse(selection.empty() ? "points" : before + selection + ")");
    if (syntax->kind != Syntax::Kind::column) throw Mistakes(before.size(), "more than a selection of points");
    std::vector<const Selector*> selectors;
    for (const Selector& selector : syntax->selectors) selectors.push_back(&selector);
    return select_points(selectors, domain);
  } catch (const Mistakes& mistakes) {
    const auto& [offset, message] = mistakes.list[0];
    throw core::InputError(
        fmt::format("{}: {} (at character {})", selection, message, offset - std::min(offset, before.size()) + 1));
  }
}

}  // namespace descent::claims
