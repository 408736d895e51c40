#include "claims/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/text.h"

namespace descent::claims {
namespace {

constexpr std::size_t max_entries = 100'000;

using Key = std::vector<std::string>;

// The indices of `wanted` in `axes`.
std::vector<std::size_t> indices(const std::vector<std::string>& axes, const std::vector<std::string>& wanted) {
  std::vector<std::size_t> found;
  for (const std::string& axis : wanted)
    found.push_back(static_cast<std::size_t>(std::ranges::find(axes, axis) - axes.begin()));
  return found;
}

Key part_of(const Key& key, const std::vector<std::size_t>& axes) {
  Key part;
  for (const std::size_t axis : axes) part.push_back(key[axis]);
  return part;
}

[[noreturn]] void fail_alone(const Domain& domain, const Family& family, std::size_t entry, std::size_t offset) {
  throw Mistakes(offset, fmt::format("the operands select different points: {} has no counterpart",
                                     label_of(domain, family, entry, naming_axes(family))));
}

std::vector<std::string> values_of(const Family& family, std::size_t axis) {
  std::vector<std::string> values;
  for (const FamilyEntry& entry : family.entries) values.push_back(entry.key[axis]);
  return values;
}

// Joins one more part to `left`.
Combination join_two(const Combination& left, const Family& right, const Domain& domain, std::size_t offset) {
  std::vector<std::string> common, added;
  for (const std::string& axis : right.axes)
    (std::ranges::find(left.family.axes, axis) != left.family.axes.end() ? common : added).push_back(axis);
  const auto right_common = indices(right.axes, common), left_common = indices(left.family.axes, common),
             right_added = indices(right.axes, added);
  std::map<Key, std::vector<std::size_t>> partners;
  for (std::size_t i = 0; i < right.entries.size(); ++i)
    partners[part_of(right.entries[i].key, right_common)].push_back(i);

  Combination result;
  result.family.axes = left.family.axes;
  result.family.axes.insert(result.family.axes.end(), added.begin(), added.end());
  std::set<Key> used;
  for (std::size_t i = 0; i < left.rows.size(); ++i) {
    const FamilyEntry& entry = left.family.entries[i];
    const auto found = partners.find(part_of(entry.key, left_common));
    if (found == partners.end()) fail_alone(domain, left.family, i, offset);
    used.insert(found->first);
    for (const std::size_t partner : found->second) {
      if (result.rows.size() == max_entries) throw Mistakes(offset, "more than 100000 combinations");
      FamilyEntry joined = left.family.axes.empty() ? FamilyEntry{entry.key, right.entries[partner].point} : entry;
      for (const std::size_t axis : right_added) joined.key.push_back(right.entries[partner].key[axis]);
      result.family.entries.push_back(std::move(joined));
      result.rows.push_back(left.rows[i]);
      result.rows.back().push_back(partner);
    }
  }
  for (const auto& [key, entries] : partners)
    if (!used.contains(key)) fail_alone(domain, right, entries[0], offset);
  return result;
}

}  // namespace

Combination join(const std::vector<const Family*>& parts, const Domain& domain, std::size_t offset) {
  Combination result{*parts[0]};
  for (std::size_t i = 0; i < parts[0]->entries.size(); ++i) result.rows.push_back({i});
  for (std::size_t i = 1; i < parts.size(); ++i) result = join_two(result, *parts[i], domain, offset);
  return result;
}

std::optional<Combination> group(const Family& family, const std::string& path, const Domain& domain) {
  const std::size_t at = indices(family.axes, {path})[0];
  std::vector<std::string> values;
  for (const FamilyEntry& entry : family.entries)
    values.push_back(at == family.axes.size() ? domain.value(path, entry.point) : entry.key[at]);
  if (std::ranges::all_of(values, [&](const std::string& value) { return value == values[0]; })) return std::nullopt;

  Combination result;
  for (std::size_t axis = 0; axis < family.axes.size(); ++axis)
    if (family.axes[axis] != path && !determines(values, values_of(family, axis)))
      result.family.axes.push_back(family.axes[axis]);
  const auto kept = indices(family.axes, result.family.axes);
  std::map<Key, std::size_t> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.positions.push_back(core::parse_number(values[i]).value_or(std::nan("")));
    const auto [entry, is_new] = found.try_emplace(part_of(family.entries[i].key, kept), result.rows.size());
    if (is_new) {
      result.family.entries.push_back({entry->first, family.entries[i].point});
      result.rows.emplace_back();
    }
    result.rows[entry->second].push_back(i);
  }
  if (std::ranges::none_of(result.positions, [](double position) { return std::isnan(position); }))
    for (auto& row : result.rows)
      std::ranges::stable_sort(row, {}, [&](std::size_t entry) { return result.positions[entry]; });
  return result;
}

std::vector<std::size_t> naming_axes(const Family& family) {
  std::vector<std::size_t> naming;
  for (std::size_t axis = 0; axis < family.axes.size(); ++axis)
    if (std::ranges::none_of(naming,
                             [&](std::size_t i) { return determines(values_of(family, i), values_of(family, axis)); }))
      naming.push_back(axis);
  return naming;
}

std::string label_of(const Domain& domain, const Family& family, std::size_t entry,
                     const std::vector<std::size_t>& naming) {
  std::string label;
  for (const std::size_t axis : naming)
    label += fmt::format("{}{}={}", label.empty() ? "" : ", ", domain.short_name(family.axes[axis]),
                         family.entries[entry].key[axis]);
  return label;
}

}  // namespace descent::claims
