#include "claims/domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "config/slots.h"
#include "core/error.h"
#include "core/text.h"

namespace descent::claims {
namespace {

std::vector<std::string> matching(const std::vector<std::string>& paths, std::string_view name) {
  std::vector<std::string> found;
  for (const std::string& path : paths)
    if (config::ends_with_name(path, name)) found.push_back(path);
  return found;
}

bool is_list(const Selector& selector) { return selector.relation == Relation::equal && !selector.range; }

bool equals(const Literal& literal, const std::string& value) {
  return literal.number ? core::parse_number(value) == literal.number : literal.text == value;
}

// Throws Mistakes if no point has the value.
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

Domain::Domain(const plan::Plan& plan) : plan_(plan) {
  for (const std::string& factor : plan.factors) {
    if (const std::string section = config::section_abbreviated_by(factor); !section.empty())
      aliases_[section] = factor;
    const config::Key* key = config::find_key(keys_, factor);
    if (const auto* inside = key ? std::get_if<config::Section>(&key->slot) : nullptr)
      config::for_each_key(
          inside->keys, [&](const std::string& path, const config::Key&) { nested_keys_.push_back(path); },
          factor + ".");
  }
}

std::string Domain::resolve(std::string_view name, std::size_t offset) const {
  std::vector<std::string> found = matching(factors(), name);
  for (const auto& [section, factor] : aliases_)
    if (config::ends_with_name(section, name)) found.push_back(factor);
  if (found.empty()) found = matching(nested_keys_, name);
  if (found.size() == 1) return found[0];
  if (found.size() > 1)
    throw Mistakes(
        offset, fmt::format("{} could be {}; write more of the path", core::quoted(name), core::join(found, " or ")));
  std::vector<std::string> known;
  for (const std::string& factor : factors()) known.push_back(short_name(factor));
  throw Mistakes(offset, known.empty()
                             ? fmt::format("{}: the experiment has no sweep, so there is no factor to select by",
                                           core::quoted(name))
                             : core::unknown("factor", name, known));
}

const std::vector<std::string>& Domain::values(const std::string& path) const {
  auto& values = values_[path];
  if (!values.empty()) return values;
  const config::Key* key = config::find_key(keys_, path);
  if (const config::Key* abbreviated = key ? config::shorthand_of(*key) : nullptr) key = abbreviated;
  for (const plan::Point& point : plan_.points) {
    experiment_ = point.experiment;
    values.push_back(key ? config::value_text(*key) : "");
  }
  return values;
}

const std::string& Domain::value(const std::string& path, std::size_t point) const { return values(path)[point]; }

const std::string& Domain::label(const std::string& factor, std::size_t point) const {
  auto& labels = labels_[factor];
  if (labels.empty()) {
    labels = values(factor);
    const auto at = static_cast<std::size_t>(std::ranges::find(factors(), factor) - factors().begin());
    for (std::size_t i = 0; at < factors().size() && i < labels.size(); ++i)
      if (plan_.points[i].values[at].starts_with('{')) labels[i] = plan_.points[i].values[at];
  }
  return labels[point];
}

std::string Domain::effective_label(const std::string& factor, std::size_t point) const {
  const config::Key* key = config::find_key(keys_, factor);
  return !key || key->has_effect(experiment(point)) ? label(factor, point) : "-";
}

std::string Domain::short_name(const std::string& path) const {
  for (std::size_t dot = path.rfind('.'); dot != path.npos && dot > 0; dot = path.rfind('.', dot - 1)) {
    const std::string name = path.substr(dot + 1);
    if (matching(factors(), name).size() <= 1) return name;
  }
  return path;
}

std::string Domain::settings(std::size_t point, std::string_view separator) const {
  std::vector<std::string> settings;
  for (const std::string& factor : factors()) settings.push_back(short_name(factor) + "=" + label(factor, point));
  return core::join(settings, separator);
}

std::vector<std::string> Domain::varying(const std::vector<std::size_t>& points) const {
  std::vector<std::string> found;
  for (const std::string& factor : factors())
    if (std::ranges::any_of(points, [&](std::size_t p) { return label(factor, p) != label(factor, points[0]); }))
      found.push_back(factor);
  return found;
}

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

std::vector<std::size_t> select_points(const std::vector<Selector>& selectors, const Domain& domain) {
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
                                                  paths.size() > 1 ? " and matches the selections before it" : ""));
  };
  for (const Selector& selector : selectors) mistakes.collect([&] { select(selector); });
  mistakes.raise();
  return points;
}

std::vector<std::size_t> select_points(const std::string& selection, const plan::Plan& plan) {
  const std::string before = "points(";  // parsed like the selection of a column
  try {
    const Domain domain(plan);
    const SyntaxPointer syntax = parse(selection.empty() ? "points" : before + selection + ")");
    if (syntax->kind != Syntax::Kind::column) throw Mistakes(before.size(), "expected only a selection of points");
    return select_points(syntax->selectors, domain);
  } catch (const Mistakes& mistakes) {
    const auto& [offset, message] = mistakes.list[0];
    throw core::InputError(
        fmt::format("{}: {} (at character {})", selection, message, offset - std::min(offset, before.size()) + 1));
  }
}

}  // namespace descent::claims
