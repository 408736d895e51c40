#include "report/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "config/key_names.h"
#include "core/error.h"
#include "core/text.h"
#include "report/table.h"
#include "stats/tables.h"

namespace descent::report {
namespace {

using claims::Comparison;

// "0.117 [0.027, 0.207]"
std::string interval_text(const stats::Description& measure) {
  return measure.sd ? fmt::format("{:.3g} [{:.3g}, {:.3g}]", measure.mean, *measure.low, *measure.high)
                    : fmt::format("{:.3g}", measure.mean);
}

// True if some point of the plan fills this column of summary.csv.
bool is_filled(std::string_view column, const plan::Plan& plan) {
  return store::written_columns(store::Table::summary, plan)[store::column_at(store::summary_columns(), column)];
}

using Values = std::vector<std::vector<double>>;  // [points][seeds]

std::string chosen_metric(const std::string& given, const plan::Plan& plan) {
  if (given.empty()) {
    for (const char* usual : {"final_val_error", "final_val_loss"})
      if (is_filled(usual, plan)) return usual;
    throw core::InputError(
        fmt::format("there are no validation examples to select by; set data.val_fraction, or select by the test "
                    "examples with --metric {}, which gives an optimistic estimate",
                    is_filled("final_test_error", plan) ? "test_error or test_loss" : "test_loss"));
  }
  const std::vector<std::string>& known = stats::measure_names();
  std::vector<std::string> spellings = known;  // without "final_"
  for (const auto& column : store::curve_columns()) spellings.push_back(column.name);
  for (const std::string& name : {given, "final_" + given})
    if (std::ranges::find(known, name) != known.end()) {
      if (name.ends_with("_r2"))
        throw core::InputError(fmt::format("larger is better for {0}r2; use {0}rmse, which selects the same point",
                                           name.substr(0, name.size() - 2)));
      if (is_filled(name, plan)) return name;
      throw core::InputError(fmt::format("{} is empty in these results; see descent list columns", name));
    }
  const std::string advice = config::advice_on(given);
  throw core::InputError(
      fmt::format("unknown column {}{}", core::quoted(given),
                  advice.empty() ? core::did_you_mean(given, spellings) + " (descent list columns)" : advice));
}

// The values of a column; the runs of a plan are ordered by point, then seed.
Values values_of(const store::Results& results, const plan::Plan& plan, const std::string& metric) {
  const std::size_t seeds = plan.runs.size() / plan.points.size();
  Values values(plan.points.size(), std::vector<double>(seeds, NAN));
  const std::size_t column = store::column_at(store::summary_columns(), metric);
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    const bool diverged = store::state_in(cells) == store::RunState::diverged;
    values[run / seeds][run % seeds] = diverged ? INFINITY : core::parse_number(cells[column]).value_or(NAN);
  });
  return values;
}

// Points that are compared with each other: all, or those that agree in every factor except `over`.
struct Group {
  std::string name{};  // "norm=batch"; "" for all points
  std::vector<std::size_t> points{};
  std::optional<stats::Best> best{};
};

std::string settings_text(const plan::Plan& plan, std::size_t point, const std::vector<std::size_t>& factors) {
  std::vector<std::string> parts;
  for (const std::size_t i : factors)
    parts.push_back(config::short_name(plan.factors[i]) + "=" + plan.points[point].values[i]);
  return core::join(parts, ", ");
}

struct BestPoints {
  std::string metric;
  std::vector<std::size_t> factors;  // indices of those that distinguish the points of a group
  std::vector<Group> groups;
};

BestPoints find_best(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                     const std::string& wanted) {
  BestPoints found{chosen_metric(metric, plan), {}, {}};
  const std::string over = wanted.empty() ? "" : config::full_path(wanted);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < plan.factors.size(); ++i) {
    const std::string& factor = plan.factors[i];
    const bool is_asked = over.empty() || factor == over || config::short_name(factor) == wanted;
    const auto varies = [&](const plan::Point& point) { return point.values[i] != plan.points[0].values[i]; };
    if (is_asked && (!over.empty() || std::ranges::any_of(plan.points, varies))) found.factors.push_back(i);
    else if (!is_asked) others.push_back(i);
  }
  if (found.factors.empty())
    throw core::InputError(plan.factors.empty() ? "the experiment has no sweep, so there is nothing to choose from"
                                                : core::unknown("factor", wanted, short_factors(plan)));
  std::map<std::string, std::size_t> places;
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    const std::string name = settings_text(plan, point, others);
    if (places.emplace(name, found.groups.size()).second) found.groups.push_back({name});
    found.groups[places[name]].points.push_back(point);
  }
  const Values values = values_of(results, plan, found.metric);
  for (Group& group : found.groups) {
    Values of_group;
    for (const std::size_t point : group.points) of_group.push_back(values[point]);
    group.best = stats::choose_best(of_group);
  }
  return found;
}

std::string verdict_of(const stats::Best& best, std::size_t i) {
  const stats::Candidate& point = best.points[i];
  if (i == best.chosen) return "best";
  if (!point.values) return "not finished, or diverged";
  return point.equal ? "not distinguishable" : "worse";
}

// The result of the best point on the test examples, which were not used to select it.
std::string test_text(const store::Results& results, const plan::Plan& plan, std::size_t point,
                      const std::string& metric) {
  if (metric.find("test") != metric.npos) return "";
  for (const char* name : {"final_test_error", "final_test_loss"}) {
    if (!is_filled(name, plan)) continue;
    const auto best = stats::choose_best({values_of(results, plan, name)[point]});
    return best ? fmt::format("its {}: {}\n", name, mean_text(best->points[0].values)) : "";
  }
  return "";
}

}  // namespace

std::string default_metric(const plan::Plan& plan) {
  for (const char* name : {"final_test_error", "final_test_loss", "final_train_error"})
    if (is_filled(name, plan)) return name;
  return "final_train_loss";
}

std::string comparison_table(const std::vector<Comparison>& comparisons, const Screen& screen) {
  const bool many = comparisons.size() > 1;
  std::vector<std::vector<std::string>> rows{{"n", "A", "B", "A - B [95 % interval]", "d_z"}};
  if (many) rows[0].insert(rows[0].begin(), "at");
  std::size_t left_out = 0;
  for (const Comparison& comparison : comparisons) {
    const bool empty = !comparison.difference;
    const std::string mark = many && comparison.significant ? " *" : "";
    rows.push_back({std::to_string(comparison.n), empty ? "-" : fmt::format("{:.4g}", comparison.a),
                    empty ? "-" : fmt::format("{:.4g}", comparison.b),
                    empty ? "-" : interval_text(*comparison.difference) + mark,
                    comparison.effect ? fmt::format("{:.2f}", *comparison.effect) : "-"});
    if (many) rows.back().insert(rows.back().begin(), comparison.where);
    left_out += comparison.left_out;
  }
  const std::size_t difference = many ? 4 : 3;
  std::string text =
      format_table(rows, screen, many ? std::vector<std::size_t>{0, difference} : std::vector{difference});
  text += "\nPaired over the n seeds that both have; d_z: mean / sd of the differences (Cohen).\n";
  if (many)
    text += fmt::format(
        "{} comparisons: at 95 % each, about {:.2g} of the intervals miss their true value. "
        "*: differs from 0 even at {:.4g} % (Bonferroni).\n",
        comparisons.size(), 0.05 * static_cast<double>(comparisons.size()),
        100 - 5.0 / static_cast<double>(comparisons.size()));
  if (left_out > 0)
    text += core::counted(left_out, "pair") + " of runs left out: missing, diverged or without a value.\n";
  return text;
}

std::string comparison_json(const std::vector<Comparison>& comparisons) {
  auto list = Json::array();
  for (const Comparison& comparison : comparisons) {
    Json entry{{"where", comparison.where}, {"n", comparison.n}, {"left_out", comparison.left_out}};
    if (comparison.difference) {
      entry.update({{"a", comparison.a}, {"b", comparison.b}, {"difference", comparison.difference->mean}});
      if (comparison.difference->sd)
        entry.update({{"sd", *comparison.difference->sd},
                      {"low", *comparison.difference->low},
                      {"high", *comparison.difference->high},
                      {"differs_bonferroni", comparison.significant}});
      if (comparison.effect) entry["d_z"] = *comparison.effect;
    }
    list.push_back(std::move(entry));
  }
  return list.dump(2) + "\n";
}

std::string best_text(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                      const std::string& over, const Screen& screen) {
  const BestPoints found = find_best(results, plan, metric, over);
  std::string text;
  for (const Group& group : found.groups) {
    if (!group.name.empty()) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", group.name);
    const auto& best = group.best;
    if (!best) {
      text += "no point has finished without diverging\n";
      continue;
    }
    std::vector<std::vector<std::string>> rows{{}};
    for (const std::size_t i : found.factors) rows[0].push_back(config::short_name(plan.factors[i]));
    rows[0].insert(rows[0].end(), {"n", found.metric, "difference [95 % interval]", ""});
    std::vector<std::string> equal;
    for (std::size_t i = 0; i < group.points.size(); ++i) {
      const stats::Candidate& point = best->points[i];
      auto& row = rows.emplace_back();
      for (const std::size_t factor : found.factors) row.push_back(plan.points[group.points[i]].values[factor]);
      row.insert(row.end(), {std::to_string(point.values ? point.values->n : 0), mean_text(point.values),
                             point.difference ? interval_text(*point.difference) : "", verdict_of(*best, i)});
      if (point.equal) equal.push_back(settings_text(plan, group.points[i], found.factors));
    }
    const std::size_t chosen = group.points[best->chosen], last = rows[0].size();
    text += format_table(rows, screen, {last - 2, last - 1});
    text += "\n" +
            core::printable(fmt::format("best: {}, {} {}", settings_text(plan, chosen, found.factors), found.metric,
                                        mean_text(best->points[best->chosen].values))) +
            "\n";
    text +=
        core::printable("not distinguishable from it: " + (equal.empty() ? "none" : core::join(equal, "; "))) + "\n";
    text += test_text(results, plan, chosen, found.metric);
  }
  text += "\nDifferences are paired by seed; the intervals of a table hold simultaneously at 95 % (Bonferroni).\n";
  if (found.metric.find("test") != std::string::npos)
    text += "Selected by the test examples, which is optimistic: select by validation for an unbiased estimate.\n";
  return text;
}

std::string best_json(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                      const std::string& over) {
  const BestPoints found = find_best(results, plan, metric, over);
  Json groups = Json::array();
  for (const Group& group : found.groups) {
    Json entry{{"metric", found.metric}, {"chosen", nullptr}, {"points", Json::array()}};
    if (const auto& best = group.best) {
      entry["chosen"] = point_json(plan, group.points[best->chosen]);
      for (std::size_t i = 0; i < group.points.size(); ++i) {
        const stats::Candidate& point = best->points[i];
        Json row{{"point", point_json(plan, group.points[i])}, {"equal", point.equal || i == best->chosen}};
        if (point.values) row.update({{"n", point.values->n}, {"mean", point.values->mean}});
        if (point.values && point.values->sd) row.update({{"low", *point.values->low}, {"high", *point.values->high}});
        if (point.difference) row["difference"] = point.difference->mean;
        if (point.difference && point.difference->sd)
          row.update({{"difference_low", *point.difference->low}, {"difference_high", *point.difference->high}});
        entry["points"].push_back(std::move(row));
      }
    }
    groups.push_back(std::move(entry));
  }
  return groups.dump(2) + "\n";
}

}  // namespace descent::report
