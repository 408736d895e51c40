#include "config/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "config/sweep_values.h"
#include "core/text.h"

namespace descent::config {
namespace {

// Paths that change together, and their values row by row. A point takes one row of every axis.
struct Axis {
  std::vector<std::string> paths;
  std::vector<Assignment> rows;
};

Position at(const Json& json) { return {json.line, json.column}; }

class SweepReader {
 public:
  SweepReader(const Json& root, Problems& problems)
      : root_(root), problems_(problems), keys_(describe(scratch_)) {}

  Sweep read(const Json& sweep) {
    const std::size_t problems_before = problems_.list().size();
    std::vector<std::vector<Axis>> branches;
    if (const auto* list = std::get_if<Json::Array>(&sweep.value)) {
      if (list->empty()) fail(sweep, "an empty list sweeps nothing");
      for (const Json& branch : *list) branches.push_back(read_branch(branch));
    } else {
      branches.push_back(read_branch(sweep));
    }
    std::size_t points = 0;
    for (const auto& axes : branches) points += count(axes);
    if (points > most_points) fail(sweep, fmt::format("more than {} points", most_points));
    if (problems_.list().size() > problems_before) return {};
    Sweep result{factors_, {}};
    for (const auto& axes : branches) unfold(axes, result.assignments);
    return result;
  }

 private:
  void fail(const Json& where, std::string message, std::string path = "sweep") {
    problems_.add(at(where), std::move(path), std::move(message));
  }

  std::vector<Axis> read_branch(const Json& branch) {
    std::vector<Axis> axes;
    branch_.clear();
    const auto* members = std::get_if<Json::Object>(&branch.value);
    if (!members)
      return fail(branch, "expected an object of paths to lists, or a list of such objects"), axes;
    for (const Json::Member& member : *members) {
      if (problems_.full()) break;
      Axis axis = member.key == "zip" ? read_zip(member.value) : read_axis(member);
      if (!axis.rows.empty()) axes.push_back(std::move(axis));
    }
    return axes;
  }

  Axis read_axis(const Json::Member& member) {
    if (!accept(member)) return {};
    const std::vector<Json> values = read_values(member);
    std::unordered_set<std::string> seen;
    Axis axis{{member.key}, {}};
    for (const Json& value : values) {
      if (!seen.insert(value.dump()).second) fail(value, "the same value twice", "sweep " + member.key);
      axis.rows.push_back({value});
    }
    return axis;
  }

  Axis read_zip(const Json& zip) {
    const auto* members = std::get_if<Json::Object>(&zip.value);
    if (!members || members->empty())
      return fail(zip, "expected an object of paths to lists", "sweep.zip"), Axis{};
    Axis axis;
    for (const Json::Member& member : *members) {
      if (problems_.full() || !accept(member)) continue;
      std::vector<Json> values = read_values(member);
      if (axis.paths.empty()) axis.rows.resize(values.size());
      if (values.size() != axis.rows.size()) {
        fail(member.value,
             fmt::format("{} values beside the {} of {}; a zip pairs lists of equal length", values.size(),
                         axis.rows.size(), axis.paths[0]),
             "sweep " + member.key);
        continue;
      }
      axis.paths.push_back(member.key);
      for (std::size_t i = 0; i < values.size(); ++i) axis.rows[i].push_back(std::move(values[i]));
    }
    return axis;
  }

  // Whether this path may be swept here; it becomes a factor.
  bool accept(const Json::Member& member) {
    const std::string& path = member.key;
    const Position where{member.line, member.column};
    const Key* key = find_key(keys_, path);
    const auto refuse = [&](std::string message) {
      problems_.add(where, "sweep", std::move(message));
      return false;
    };
    if (!key)
      return refuse(
          fmt::format("unknown key {}{}", core::quoted(path), core::did_you_mean(path, sweepable_paths())));
    if (path == "seeds") return refuse("every point runs with all seeds; list them in \"seeds\"");
    if (!key->changes_numbers) return refuse(fmt::format("{} changes nothing in a run", path));
    if (!is_sweepable(*key)) {
      const auto& inside = std::get<SectionSlot>(key->slot).keys;
      return refuse(
          fmt::format("{} is a section; sweep one of its keys, such as {}.{}", path, path, inside[1].name));
    }
    if (!branch_.insert(path).second) return refuse(path + " is swept twice");
    for (const std::string& factor : factors_)
      if (factor != path && (lies_in(factor, path) || lies_in(path, factor)))
        return refuse(fmt::format("{} and {} overlap; sweep one of them", factor, path));
    if (std::ranges::find(factors_, path) == factors_.end()) factors_.push_back(path);
    return true;
  }

  // The values of one path, each of which this key can read.
  std::vector<Json> read_values(const Json::Member& member) {
    const std::string path = "sweep " + member.key;
    std::vector<Json> values = sweep_values(member.value, path, problems_);
    Key& key = *find_key(keys_, member.key);
    Given ignored;
    for (const Json& value : values)
      if (!value.is<std::nullptr_t>()) read_key(value, path, key, ignored, problems_);
    return values;
  }

  static std::size_t count(const std::vector<Axis>& axes) {
    std::size_t points = 1;
    for (const Axis& axis : axes) points = std::min(points * axis.rows.size(), most_points + 1);
    return points;
  }

  // The product of the axes, the last one running fastest.
  void unfold(const std::vector<Axis>& axes, std::vector<Assignment>& assignments) const {
    Assignment base;
    for (const std::string& factor : factors_) base.push_back(given_value(factor));
    const std::size_t points = count(axes);
    for (std::size_t point = 0; point < points; ++point) {
      Assignment& assignment = assignments.emplace_back(base);
      std::size_t left = point;
      for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        const Assignment& row = axis->rows[left % axis->rows.size()];
        left /= axis->rows.size();
        for (std::size_t i = 0; i < row.size(); ++i)
          assignment[static_cast<std::size_t>(std::ranges::find(factors_, axis->paths[i]) -
                                              factors_.begin())] = row[i];
      }
    }
  }

  // What the file says at `path`, outside the sweep; null when it leaves the default.
  Json given_value(const std::string& path) const {
    const Json* value = &root_;
    std::string walked;
    for (const std::string& name : core::split(path, '.')) {
      const Json* member = value->find(name);
      if (!member && !walked.empty() && !value->is<Json::Object>()) {
        const Key* abbreviated = shorthand_of(*find_key(keys_, walked));
        return abbreviated && abbreviated->name == name ? *value : Json{};
      }
      if (!member) return {};
      value = member;
      walked += (walked.empty() ? "" : ".") + name;
    }
    return *value;
  }

  const Json& root_;
  Problems& problems_;
  Experiment scratch_;
  mutable std::vector<Key> keys_;  // of scratch_, to try values on
  std::vector<std::string> factors_;
  std::unordered_set<std::string> branch_;  // paths swept in the branch being read
};

}  // namespace

Sweep read_sweep(const Json& root, Problems& problems) {
  const Json* sweep = root.find("sweep");
  return sweep ? SweepReader(root, problems).read(*sweep) : Sweep{{}, {{}}};
}

std::vector<std::string> sweepable_paths() {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  std::vector<std::string> paths;
  for_each_key(keys, [&](const std::string& path, const Key& key) {
    if (is_sweepable(key)) paths.push_back(path);
  });
  return paths;
}

}  // namespace descent::config
