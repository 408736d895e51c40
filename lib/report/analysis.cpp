#include "report/analysis.h"

#include <fmt/format.h>

#include <cmath>

#include "report/json.h"
#include "report/table.h"

namespace descent::report {
namespace {

using claims::Analysis;
using claims::Descent;
using claims::Estimate;
using Rows = std::vector<std::vector<std::string>>;

std::string number_text(double value) { return std::isinf(value) ? "nowhere" : fmt::format("{:.4g}", value); }

std::string text_of(const Estimate& estimate) {
  const std::string value = number_text(estimate.value);
  return estimate.low
             ? fmt::format("{} [{}, {}]", value, number_text(*estimate.low), number_text(*estimate.high))
             : value;
}

void add_descent(Rows& rows, const Descent& descent) {
  if (!descent.has_peak) {
    rows.push_back({descent.column + ", no peak", "-", "-"});
    return;
  }
  rows.push_back(
      {descent.column + ", minimum before the peak", text_of(descent.before), text_of(descent.before_at)});
  rows.push_back({"peak", text_of(descent.peak), text_of(descent.peak_at)});
  rows.push_back({"minimum behind it", text_of(descent.after), text_of(descent.after_at)});
}

std::string bias_variance_text(const Analysis& analysis, const std::string& factor, bool color) {
  if (analysis.bias_variance.empty()) return "";
  Rows rows{{factor, "n", "bias^2 [95 % interval]", "variance"}};
  for (std::size_t i = 0; i < analysis.places.size(); ++i) {
    rows.push_back({fmt::format("{:.6g}", analysis.places[i])});
    const auto& part = analysis.bias_variance[i];
    for (const std::string& cell :
         part ? std::vector{std::to_string(part->n), text_of(part->bias), text_of(part->variance)}
              : std::vector<std::string>(3, "-"))
      rows.back().push_back(cell);
  }
  return "\nsquared error of the predictions\n" + laid_out(rows, color, {2, 3});
}

std::string map_text(const Analysis& analysis, const std::string& factor, bool color) {
  if (analysis.map.epochs.empty()) return "";
  Rows rows{{factor + " \\ epoch"}};
  for (const double epoch : analysis.map.epochs) rows[0].push_back(fmt::format("{:.4g}", epoch));
  for (std::size_t i = 0; i < analysis.places.size(); ++i) {
    rows.push_back({fmt::format("{:.6g}", analysis.places[i])});
    for (const auto& mean : analysis.map.means[i])
      rows.back().push_back(mean ? fmt::format("{:.3f}", *mean) : "-");
  }
  return "\ntest_error over the training\n" + laid_out(rows, color);
}

Json estimate_json(const Estimate& estimate) {
  Json json = Json::object();
  add_finite(json, "value", estimate.value);
  add_finite(json, "low", estimate.low);
  add_finite(json, "high", estimate.high);
  return json;
}

}  // namespace

std::string analysis_text(const std::vector<Analysis>& analyses, const std::string& factor, bool color) {
  std::string text;
  for (const Analysis& analysis : analyses) {
    text += fmt::format("{}over {}{}{}, {} seeds\n\n", text.empty() ? "" : "\n", factor,
                        analysis.where.empty() ? "" : " at ", analysis.where, analysis.seeds);
    Rows rows{{"", "value [95 % interval]", "at " + factor}};
    if (analysis.threshold)
      rows.push_back({"interpolation threshold", fmt::format("final_train_error <= {}", claims::fitted),
                      text_of(*analysis.threshold)});
    for (const Descent& descent : analysis.descents) add_descent(rows, descent);
    if (analysis.seeds == 0) {
      text += "no seed has finished runs everywhere\n";
      continue;
    }
    text += laid_out(rows, color, {0, 1, 2});
    for (const Descent& descent : analysis.descents)
      if (descent.has_peak && descent.peak_share > 0 && descent.peak_share < 1)
        text += fmt::format("{}: {:.1f} % of the resamples have a peak; intervals are of those\n",
                            descent.column, 100 * descent.peak_share);
    text += bias_variance_text(analysis, factor, color) + map_text(analysis, factor, color);
  }
  return text;
}

std::string analysis_json(const std::vector<Analysis>& analyses, const std::string& factor) {
  Json all = Json::array();
  for (const Analysis& analysis : analyses) {
    Json json{{"factor", factor},
              {"where", analysis.where},
              {"values", analysis.places},
              {"seeds", analysis.seeds}};
    if (analysis.threshold) json["interpolation_threshold"] = estimate_json(*analysis.threshold);
    for (const Descent& descent : analysis.descents) {
      Json& entry = json[descent.column] = Json{{"has_peak", descent.has_peak}};
      if (!descent.has_peak) continue;
      entry["minimum_before"] = {{"value", estimate_json(descent.before)},
                                 {"at", estimate_json(descent.before_at)}};
      entry["peak"] = {{"value", estimate_json(descent.peak)}, {"at", estimate_json(descent.peak_at)}};
      entry["minimum_behind"] = {{"value", estimate_json(descent.after)},
                                 {"at", estimate_json(descent.after_at)}};
      entry["resamples_with_peak"] = descent.peak_share;
    }
    for (const auto& part : analysis.bias_variance)
      json["bias_variance"].push_back(part ? Json{{"n", part->n},
                                                  {"squared_bias", estimate_json(part->bias)},
                                                  {"squared_variance", estimate_json(part->variance)}}
                                           : Json());
    json["test_error"] = {{"epochs", analysis.map.epochs}, {"means", Json::array()}};
    for (const auto& row : analysis.map.means) {
      Json means = Json::array();
      for (const auto& mean : row) means.push_back(mean ? Json(*mean) : Json());
      json["test_error"]["means"].push_back(std::move(means));
    }
    all.push_back(std::move(json));
  }
  return all.dump(2) + "\n";
}

}  // namespace descent::report
