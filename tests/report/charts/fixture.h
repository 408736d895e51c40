#pragma once
// An experiment of a few networks, with results made by hand.

#include <cmath>
#include <string>

#include "claims/claims.h"
#include "claims/read.h"
#include "report/charts/charts.h"
#include "store/fixture.h"

namespace descent::report {

class OfExperiment : public store::InFolder {
 protected:
  // A small network; the other members of its experiment.
  void read(const std::string& members) {
    document = claims::read_document_text(
        R"({"name": "trial", "model": {"width": 4, "depth": 1}, "train": {"epochs": 3}, )" + members + "}",
        "trial.json");
    plan = plan::make_plan(document);
  }

  // Curves of 30 evaluations that fall from 0.9 to `final` of the point and seed.
  store::Results finish(const std::function<double(std::size_t point, std::int64_t seed)>& final) const {
    store::Results results(out, plan);
    std::vector<store::RunResult> all;
    for (const plan::Run& run : plan.runs) {
      store::RunResult result{run.hash, {}, {}};
      const double end = final(run.point, run.seed);
      for (int i = 0; i < 30; ++i) {
        store::Evaluation& at = result.curve.emplace_back();
        at.epoch = i;
        at.step = 40 * i;
        at.metrics.test.error = end + (0.9 - end) * std::exp(-0.3 * i);
        at.metrics.train.error = *at.metrics.test.error / 2;
        at.metrics.test.loss = *at.metrics.test.error * 2;
      }
      result.summary.parameters = 418;
      result.summary.final = result.curve.back();
      all.push_back(std::move(result));
    }
    results.write_part(all, {});
    return results;
  }

  config::Document document;
  plan::Plan plan;
};

inline std::vector<std::string> names_of(const Charts& charts) {
  std::vector<std::string> names;
  for (const Chart& chart : charts) names.push_back(chart.name);
  return names;
}

inline std::string data_of(const Chart& chart) { return chart.spec["data"]["values"]; }

}  // namespace descent::report
