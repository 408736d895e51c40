#include "config/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "config/source.h"
#include "config/words.h"

namespace descent::config {
namespace {

// Paths that change together, and their values row by row. A point takes one row of every axis.
struct Axis {
  std::vector<std::string> paths;
  std::vector<std::vector<SweepValue>> rows;
};

class SweepReader {
 public:
  SweepReader(Source& source, Problems& problems) : source_(source), problems_(problems), keys_(describe(scratch_)) {}

  Sweep read(const Json& sweep) {
    const std::size_t problems_before = problems_.list().size();
    std::vector<std::vector<Axis>> branches;
    if (sweep.is_array()) {
      if (sweep.empty()) fail("/sweep", "an empty list sweeps nothing");
      for (std::size_t i = 0; i < sweep.size(); ++i)
        branches.push_back(read_branch(sweep[i], element_pointer("/sweep", i)));
    } else {
      branches.push_back(read_branch(sweep, "/sweep"));
    }
    std::size_t points = 0;
    for (const auto& axes : branches) points += count(axes);
    if (points > most_points) fail("/sweep", fmt::format("more than {} points", most_points));
    if (problems_.list().size() > problems_before) return {};
    Sweep result{factors_, {}};
    for (const auto& axes : branches) unfold(axes, result.assignments);
    return result;
  }

 private:
  void fail(std::string_view pointer, std::string message, std::string path = "sweep") {
    problems_.add(pointer, std::move(path), std::move(message));
  }

  std::vector<Axis> read_branch(const Json& branch, const std::string& pointer) {
    std::vector<Axis> axes;
    branch_.clear();
    if (!branch.is_object())
      return fail(pointer, "expected an object of paths to lists, or a list of such objects"), axes;
    for (const auto& [name, values] : branch.items()) {
      if (problems_.full()) break;
      const std::string inner = member_pointer(pointer, name);
      Axis axis = name == "zip" ? read_zip(values, inner) : read_axis(full_path(name), values, inner);
      if (!axis.rows.empty()) axes.push_back(std::move(axis));
    }
    return axes;
  }

  Axis read_axis(const std::string& path, const Json& given, const std::string& pointer) {
    if (!accept(path, pointer)) return {};
    std::unordered_set<std::string> seen;
    Axis axis{{path}, {}};
    for (SweepValue& value : read_values(path, given, pointer)) {
      if (!seen.insert(compact(value.json)).second) fail(value.pointer, "duplicate value", "sweep " + path);
      axis.rows.push_back({std::move(value)});
    }
    return axis;
  }

  Axis read_zip(const Json& zip, const std::string& pointer) {
    if (!zip.is_object() || zip.empty())
      return fail(pointer, "expected an object of paths to lists", "sweep.zip"), Axis{};
    Axis axis;
    for (const auto& [name, given] : zip.items()) {
      const std::string path = full_path(name), inner = member_pointer(pointer, name);
      if (problems_.full() || !accept(path, inner)) continue;
      std::vector<SweepValue> values = read_values(path, given, inner);
      if (axis.paths.empty()) axis.rows.resize(values.size());
      if (values.size() != axis.rows.size()) {
        fail(inner,
             fmt::format("{} values beside the {} of {}; a zip pairs lists of equal length", values.size(),
                         axis.rows.size(), axis.paths[0]),
             "sweep " + path);
        continue;
      }
      axis.paths.push_back(path);
      for (std::size_t i = 0; i < values.size(); ++i) axis.rows[i].push_back(std::move(values[i]));
    }
    return axis;
  }

  // Whether this path may be swept here; it becomes a factor.
  bool accept(const std::string& path, const std::string& pointer) {
    const Key* key = find_key(keys_, path);
    const auto refuse = [&](std::string message) { return fail(pointer + '~', std::move(message)), false; };
    if (!key) return refuse(unknown_path(path));
    if (path == "seeds") return refuse("every point runs with all seeds; list them in \"seeds\"");
    if (!key->changes_numbers) return refuse(fmt::format("{} does not affect a run", path));
    if (!is_sweepable(*key)) {
      const auto& inside = std::get<SectionSlot>(key->slot).keys;
      return refuse(fmt::format("{} is a section; sweep one of its keys, such as {}.{}", path, path,
                                inside[inside.size() > 1 ? 1 : 0].name));
    }
    if (!branch_.insert(path).second) return refuse(path + " is swept twice");
    for (const std::string& factor : factors_)
      if (factor != path && (lies_in(factor, path) || lies_in(path, factor))) return refuse(overlap(factor, path));
    if (std::ranges::find(factors_, path) == factors_.end()) factors_.push_back(path);
    return true;
  }

  // Of a section and a key in it.
  std::string overlap(const std::string& a, const std::string& b) const {
    const std::string& section = a.size() < b.size() ? a : b;
    const std::string chooser = section + "." + std::string(shorthand_of(*find_key(keys_, section))->name);
    return fmt::format("{} and {} overlap; sweep {}", a, b,
                       a == chooser || b == chooser ? "one of them" : chooser + " instead of " + section);
  }

  // The values of one path, each of which this key can read.
  std::vector<SweepValue> read_values(const std::string& path, const Json& given, const std::string& pointer) {
    std::vector<SweepValue> values = sweep_values(given, pointer, "sweep " + path, problems_);
    Given ignored;
    for (const SweepValue& value : values)
      if (!value.json.is_null())
        read_key(value.json, value.pointer, "sweep " + path, *find_key(keys_, path), ignored, problems_);
    return values;
  }

  static std::size_t count(const std::vector<Axis>& axes) {
    std::size_t points = 1;
    for (const Axis& axis : axes) points = std::min(points * axis.rows.size(), most_points + 1);
    return points;
  }

  // The product of the axes, the last one running fastest.
  void unfold(const std::vector<Axis>& axes, std::vector<std::vector<SweepValue>>& assignments) const {
    std::vector<SweepValue> base;
    for (const std::string& factor : factors_) base.push_back({source_.get(factor), pointer_of(factor)});
    const std::size_t points = count(axes);
    for (std::size_t point = 0; point < points; ++point) {
      auto& assignment = assignments.emplace_back(base);
      std::size_t left = point;
      for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        const auto& row = axis->rows[left % axis->rows.size()];
        left /= axis->rows.size();
        for (std::size_t i = 0; i < row.size(); ++i)
          assignment[static_cast<std::size_t>(std::ranges::find(factors_, axis->paths[i]) - factors_.begin())] = row[i];
      }
    }
  }

  Source& source_;
  Problems& problems_;
  Experiment scratch_;
  std::vector<Key> keys_;  // of scratch_, to try values on
  std::vector<std::string> factors_;
  std::unordered_set<std::string> branch_;  // paths swept in the branch being read
};

}  // namespace

Sweep read_sweep(Source& source, Problems& problems) {
  if (!source.root.contains("sweep")) return {{}, {{}}};
  return SweepReader(source, problems).read(Json(source.root["sweep"]));
}

}  // namespace descent::config
