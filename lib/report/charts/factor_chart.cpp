#include "report/charts/charts.h"

namespace descent::report {
namespace {

// Of one evaluation that the summary names: "final_".
void add(const Source& source, const std::string& measure, Charts& charts) {
  Measures measures{"final_" + measure, "Final " + words_of(measure), words_of(measure), {}, true};
  for (const auto& [split, column] : {std::pair{"test", "final_test_"},
                                      {"training", "final_train_"},
                                      {"test, best validation", "best_test_"},
                                      {"test, restored weights", "restored_test_"}}) {
    const std::string name = column + measure;
    if (source.has_summary(name))
      measures.all.push_back({split, [&source, name](std::size_t run) { return source.summary_value(run, name); }});
  }
  if (!measures.all.empty()) add_factor_chart(source, measures, charts);
}

}  // namespace

void add_factor_chart(const Source& source, const Measures& measures, Charts& charts) {
  if (layout_of(source.factors, 3).x >= 0) add_lines(source, measures, charts);
  else add_bars(source, measures, charts);
}

void add_final_values(const Source& source, Charts& charts) {
  add(source, "error", charts);
  add(source, "loss", charts);
}

Charts charts_of(const Source& source) {
  Charts charts;
  add_final_values(source, charts);
  add_heat_maps(source, charts);
  add_differences(source, charts);
  add_bias_variance(source, charts);
  add_ensembles(source, charts);
  add_probes(source, charts);
  add_learning_curves(source, charts);
  return charts;
}

}  // namespace descent::report
