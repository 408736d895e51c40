#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "config/key_names.h"
#include "config/source.h"
#include "core/text.h"

namespace descent::config {
namespace {

// Rounds to twelve digits, so that 0.1 + 2 * 0.1 is 0.3.
Json number_at(double value, bool integer) {
  if (integer) return std::llround(value);
  return *core::parse_number(fmt::format("{:.12g}", value));
}

bool are_three_numbers(const Json& json) {
  return json.is_array() && json.size() == 3 && std::ranges::all_of(json, [](const Json& n) { return n.is_number(); });
}

bool are_integers(const Json& first, const Json& second) {
  return first.is_number_integer() && second.is_number_integer();
}

std::string too_many() { return fmt::format("more than {} values", max_points); }

// Append to `values`. Return an error message, or "".
std::string range(const Json& ends, std::vector<Json>& values) {
  if (!are_three_numbers(ends)) return "expected \"range\": [from, to, step]";
  const auto [from, to, step] = ends.get<std::array<double, 3>>();
  const double steps = std::floor((to - from) / step + 1e-9);  // includes `to` in spite of rounding errors
  if (step == 0 || !(steps >= 0)) return "the step must lead from the first number towards the second";
  if (steps >= static_cast<double>(max_points)) return too_many();
  const bool integers = are_integers(ends[0], ends[1]) && ends[2].is_number_integer();
  for (int i = 0; i <= static_cast<int>(steps); ++i) values.push_back(number_at(from + i * step, integers));
  return "";
}

std::string logspace(const Json& ends, std::vector<Json>& values) {
  if (!are_three_numbers(ends) || !ends[2].is_number_integer()) return "expected \"logspace\": [from, to, count]";
  const auto [from, to, count] = ends.get<std::array<double, 3>>();
  if (!(from > 0 && to > 0)) return "both ends must be above 0";
  if (count < 2) return "the count must be at least 2";
  if (count > static_cast<double>(max_points)) return too_many();
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const double t = i / (count - 1);
    Json value = number_at(std::exp((1 - t) * std::log(from) + t * std::log(to)), are_integers(ends[0], ends[1]));
    if (values.empty() || value != values.back()) values.push_back(std::move(value));
  }
  return "";
}

// Factors that change together, and their values in rows. A point takes one row of every axis.
struct Axis {
  std::vector<std::string> paths;
  std::vector<std::vector<SweepValue>> rows;
};

class SweepReader {
 public:
  SweepReader(const Source& source, Problems& problems)
      : source_(source), problems_(problems), keys_(describe(scratch_)) {}

  Sweep read(const Json& sweep) {
    const std::size_t problems_before = problems_.list().size();
    std::vector<std::vector<Axis>> branches;
    if (sweep.is_array()) {
      if (sweep.empty()) fail("/sweep", "an empty list");
      for (std::size_t i = 0; i < sweep.size(); ++i)
        branches.push_back(read_branch(sweep[i], element_pointer("/sweep", i)));
    } else {
      branches.push_back(read_branch(sweep, "/sweep"));
    }
    std::size_t points = 0;
    for (const auto& axes : branches) points += count(axes);
    if (points > max_points) fail("/sweep", fmt::format("more than {} points", max_points));
    if (problems_.list().size() > problems_before) return {};
    Sweep result{factors_, {}};
    for (const auto& axes : branches) expand(axes, result.assignments);
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
      return fail(pointer, "expected an object of keys and lists of values, or a list of such objects"), axes;
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
      return fail(pointer, "expected an object of keys and lists of values", "sweep.zip"), Axis{};
    Axis axis;
    for (const auto& [name, given] : zip.items()) {
      const std::string path = full_path(name), inner = member_pointer(pointer, name);
      if (problems_.full() || !accept(path, inner)) continue;
      std::vector<SweepValue> values = read_values(path, given, inner);
      if (axis.paths.empty()) axis.rows.resize(values.size());
      if (values.size() != axis.rows.size()) {
        fail(inner,
             fmt::format("{} values, but {} has {}; a zip pairs lists of equal length", values.size(), axis.paths[0],
                         axis.rows.size()),
             "sweep " + path);
        continue;
      }
      axis.paths.push_back(path);
      for (std::size_t i = 0; i < values.size(); ++i) axis.rows[i].push_back(std::move(values[i]));
    }
    return axis;
  }

  // Adds a factor. Reports a problem and returns false if it cannot be swept here.
  bool accept(const std::string& path, const std::string& pointer) {
    const Key* key = find_key(keys_, path);
    const auto refuse = [&](std::string message) { return fail(pointer + '~', std::move(message)), false; };
    if (!key) return refuse(unknown_path(path));
    if (path == "seeds") return refuse("cannot be swept: every point runs with all seeds; list them in \"seeds\"");
    if (!key->changes_numbers) return refuse(fmt::format("{} does not affect a run", path));
    if (!is_sweepable(*key)) {
      const auto& inside = std::get<Section>(key->slot).keys;
      return refuse(fmt::format("{} is a section; sweep one of its keys, such as {}.{}", path, path,
                                inside[inside.size() > 1 ? 1 : 0].name));
    }
    if (!branch_.insert(path).second) return refuse(path + " is swept twice");
    for (const std::string& factor : factors_)
      if (factor != path && (lies_in(factor, path) || lies_in(path, factor))) return refuse(overlap(factor, path));
    if (std::ranges::find(factors_, path) == factors_.end()) factors_.push_back(path);
    return true;
  }

  // The message for a section and a key inside it.
  std::string overlap(const std::string& a, const std::string& b) const {
    const std::string& section = a.size() < b.size() ? a : b;
    const std::string shorthand = section + "." + std::string(shorthand_of(*find_key(keys_, section))->name);
    return fmt::format("{} and {} overlap; sweep {}", a, b,
                       a == shorthand || b == shorthand ? "one of them" : shorthand + " instead of " + section);
  }

  // Returns the values of a factor and reports those that its key does not accept.
  std::vector<SweepValue> read_values(const std::string& path, const Json& given, const std::string& pointer) {
    std::vector<SweepValue> values = sweep_values(given, pointer, "sweep " + path, problems_);
    GivenKeys ignored;
    for (const SweepValue& value : values)
      if (!value.json.is_null())
        read_key(value.json, value.pointer, "sweep " + path, *find_key(keys_, path), ignored, problems_);
    return values;
  }

  static std::size_t count(const std::vector<Axis>& axes) {
    std::size_t points = 1;
    for (const Axis& axis : axes) points = std::min(points * axis.rows.size(), max_points + 1);
    return points;
  }

  // Appends the Cartesian product of the axes; the last one varies fastest.
  void expand(const std::vector<Axis>& axes, std::vector<std::vector<SweepValue>>& assignments) const {
    std::vector<SweepValue> base;
    for (const std::string& factor : factors_) base.push_back({source_.get(factor), ""});
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

  const Source& source_;
  Problems& problems_;
  Experiment scratch_;
  std::vector<Key> keys_;  // of scratch_, to check values
  std::vector<std::string> factors_;
  std::unordered_set<std::string> branch_;  // factors of the current branch
};

}  // namespace

std::vector<SweepValue> sweep_values(const Json& given, const std::string& pointer, const std::string& path,
                                     Problems& problems) {
  std::vector<SweepValue> values;
  if (given.is_array()) {
    if (given.empty()) problems.add(pointer, path, "an empty list");
    for (std::size_t i = 0; i < given.size(); ++i) values.push_back({given[i], element_pointer(pointer, i)});
    return values;
  }
  const bool is_range = given.contains("range");
  if (given.size() != 1 || (!is_range && !given.contains("logspace"))) {
    problems.add(pointer, path,
                 "expected a list of values, {\"range\": [from, to, step]} or {\"logspace\": [from, to, count]}");
    return values;
  }
  std::vector<Json> generated;
  const std::string ends = pointer + (is_range ? "/range" : "/logspace");
  const std::string problem = is_range ? range(given["range"], generated) : logspace(given["logspace"], generated);
  if (!problem.empty()) problems.add(ends, path, problem);
  for (Json& value : generated) values.push_back({std::move(value), ends});
  return values;
}

Sweep read_sweep(const Source& source, Problems& problems) {
  if (!source.root.contains("sweep")) return {{}, {{}}};
  return SweepReader(source, problems).read(source.root["sweep"]);
}

}  // namespace descent::config
