#include "stats/ensembles.h"

#include <map>

#include "stats/tables.h"

namespace descent::stats {
namespace {

const config::Ensemble& ensemble_of(const plan::Plan& plan) { return plan.points.front().experiment.ensemble; }

// Adds up members, one after the other.
class Average {
 public:
  explicit Average(config::LossKind loss) : loss_(loss) {}

  void add(const store::Predictions& truth, std::span<const double> values, int sign) {
    if (averages_probabilities()) spread_.add(probabilities(values), sign);
    else spread_.add(values, sign);
    const Score member = stats::score(loss_, truth, values);
    loss_sum_ += sign * member.loss;
    error_sum_ += sign * member.error.value_or(0);
  }

  EnsembleScore finish(const store::Predictions& truth) const {
    const auto count = static_cast<double>(spread_.count());
    EnsembleScore ensemble;
    ensemble.score = stats::score(loss_, truth, averages_probabilities() ? logarithms(spread_.mean()) : spread_.mean());
    ensemble.member.loss = loss_sum_ / count;
    if (ensemble.score.error) ensemble.member.error = error_sum_ / count;
    if (loss_ == config::LossKind::mse) ensemble.ambiguity = spread_.mean_variance();
    return ensemble;
  }

 private:
  bool averages_probabilities() const { return loss_ == config::LossKind::cross_entropy; }

  config::LossKind loss_;
  Spread spread_;
  double loss_sum_ = 0, error_sum_ = 0;
};

}  // namespace

std::span<const store::Column<EnsembleScore>> ensemble_columns() {
  using store::cell, store::ColumnKind;
  using E = EnsembleScore;
  static const std::vector<store::Column<E>> columns{
      {"seed", ColumnKind::label, [](const E& e) { return cell(e.seed); }, {}},  // where the members are points
      {"size", ColumnKind::label, [](const E& e) { return cell(e.size); }, {}},
      {"group", ColumnKind::label, [](const E& e) { return cell(e.group); }, {}},  // 0 has the first members
      {"network", ColumnKind::label, [](const E& e) { return cell(e.network); }, {}},
      {"error", ColumnKind::measure, [](const E& e) { return cell(e.score.error); }, {}},
      {"loss", ColumnKind::measure, [](const E& e) { return cell(e.score.loss); }, {}},
      {"member_error", ColumnKind::measure, [](const E& e) { return cell(e.member.error); }, {}},  // mean
      {"member_loss", ColumnKind::measure, [](const E& e) { return cell(e.member.loss); }, {}},
      // Mean squared distance of the members to their average: member_loss - loss with squared error (Krogh and
      // Vedelsby 1995).
      {"ambiguity", ColumnKind::measure, [](const E& e) { return cell(e.ambiguity); }, {}},
  };
  return columns;
}

void for_each_ensemble(const store::Results& results, const plan::Plan& plan,
                       const std::function<void(const EnsembleScore&)>& visit, bool leave_out) {
  const config::Ensemble& wanted = ensemble_of(plan);
  const bool of_seeds = wanted.of == config::EnsembleOf::seeds;
  std::map<std::int64_t, std::vector<std::size_t>> groups;  // by point or seed
  for (const std::size_t run : predicting_runs(results, plan))
    groups[of_seeds ? static_cast<std::int64_t>(plan.runs[run].point) : plan.runs[run].seed].push_back(run);
  for (const auto& [key, members] : groups) {
    PredictionReader reader(results);
    const config::LossKind loss = plan.experiment(members.front()).train.loss.kind;
    const auto all = static_cast<std::int64_t>(members.size());
    const std::vector<std::int64_t> sizes =
        wanted.sizes.empty() ? all > 1 ? std::vector{1L, all} : std::vector{1L} : wanted.sizes;
    for (const std::int64_t size : sizes)
      for (std::int64_t group = 0; (group + 1) * size <= all; ++group) {
        const std::span of_group =
            std::span(members).subspan(static_cast<std::size_t>(group * size), static_cast<std::size_t>(size));
        EnsembleScore ensemble = combine<EnsembleScore>(reader, Average(loss), of_group, leave_out && size > 1);
        if (of_seeds) ensemble.point = static_cast<std::size_t>(key);
        else ensemble.seed = key;
        ensemble.network = network_of(plan.experiment(of_group.front()));
        for (const std::size_t run : of_group)
          if (network_of(plan.experiment(run)) != ensemble.network) ensemble.network = "mixed";
        ensemble.size = size;
        ensemble.group = group;
        visit(ensemble);
      }
  }
}

void write_ensembles(const store::Results& results, const plan::Plan& plan) {
  if (ensemble_of(plan).of == config::EnsembleOf::none) return remove_table(results, ensembles_file);
  write_table(results, plan, ensembles_file, column_names(ensemble_columns()), [&](const AddRow& add) {
    for_each_ensemble(results, plan, [&](const EnsembleScore& ensemble) {
      add(ensemble.point, store::row_text(ensemble_columns(), ensemble));
    });
  });
}

}  // namespace descent::stats
