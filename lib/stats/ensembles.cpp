#include "stats/ensembles.h"

#include <map>
#include <set>

#include "stats/tables.h"

namespace descent::stats {
namespace {

const config::Ensemble& asked_for(const plan::Plan& plan) { return plan.points.front().experiment.ensemble; }

Ensemble average(PredictionReader& reader, const config::Loss& loss, std::span<const std::size_t> members) {
  Ensemble ensemble;
  Spread spread;
  double error = 0;
  const auto count = static_cast<double>(members.size());
  for (const std::size_t run : members) {
    const std::vector<double>& values = reader.read(run);
    spread.add(values);
    const Score member = score(loss, reader.truth(), values);
    ensemble.member.loss += member.loss / count;
    error += member.error.value_or(0) / count;
  }
  ensemble.score = score(loss, reader.truth(), spread.mean());
  if (ensemble.score.error) ensemble.member.error = error;
  if (loss.kind == config::LossKind::mse) ensemble.ambiguity = spread.mean_variance();
  return ensemble;
}

}  // namespace

std::span<const store::Column<Ensemble>> ensemble_columns() {
  using store::cell, store::Cell, store::Role;
  static const std::vector<store::Column<Ensemble>> columns{
      {"seed", "of the members, where they are different points", Role::label,
       [](const Ensemble& e) { return cell(e.seed); }},
      {"size", "members", Role::label, [](const Ensemble& e) { return Cell(e.size); }},
      {"group", "which members: 0 has the first", Role::label, [](const Ensemble& e) { return Cell(e.group); }},
      {"error", "fraction of test examples that the averaged prediction classifies wrongly", Role::measure,
       [](const Ensemble& e) { return cell(e.score.error); }},
      {"loss", "loss of the averaged prediction on the test examples", Role::measure,
       [](const Ensemble& e) { return Cell(e.score.loss); }},
      {"member_error", "mean error of the members", Role::measure,
       [](const Ensemble& e) { return cell(e.member.error); }},
      {"member_loss", "mean loss of the members", Role::measure,
       [](const Ensemble& e) { return Cell(e.member.loss); }},
      {"ambiguity",
       "mean squared distance of the members to their average: member_loss - loss with squared error (Krogh and "
       "Vedelsby 1995)",
       Role::measure, [](const Ensemble& e) { return cell(e.ambiguity); }},
  };
  return columns;
}

void for_each_ensemble(const store::Results& results, const plan::Plan& plan,
                       const std::function<void(const Ensemble&)>& visit) {
  const config::Ensemble& wanted = asked_for(plan);
  const bool of_seeds = wanted.of == config::EnsembleOf::seeds;
  std::map<std::int64_t, std::vector<std::size_t>> teams;  // by point or seed
  for (const std::size_t run : predicting_runs(results, plan))
    teams[of_seeds ? static_cast<std::int64_t>(plan.runs[run].point) : plan.runs[run].seed].push_back(run);
  for (const auto& [key, members] : teams) {
    PredictionReader reader(results);
    const config::Loss& loss = plan.points[plan.runs[members.front()].point].experiment.train.loss;
    const auto all = static_cast<std::int64_t>(members.size());
    const std::set<std::int64_t> usual{1, all};
    for (const std::int64_t size : wanted.sizes.empty() ? std::vector(usual.begin(), usual.end()) : wanted.sizes)
      for (std::int64_t group = 0; (group + 1) * size <= all; ++group) {
        Ensemble ensemble = average(reader, loss,
                                    std::span(members).subspan(static_cast<std::size_t>(group * size),
                                                               static_cast<std::size_t>(size)));
        if (of_seeds) ensemble.point = static_cast<std::size_t>(key);
        else ensemble.seed = key;
        ensemble.size = size;
        ensemble.group = group;
        visit(ensemble);
      }
  }
}

void write_ensembles(const store::Results& results, const plan::Plan& plan) {
  if (asked_for(plan).of == config::EnsembleOf::none) return remove_table(results, ensembles_file);
  write_table(results, plan, ensembles_file, column_names(ensemble_columns()), [&](const AddRow& add) {
    for_each_ensemble(results, plan, [&](const Ensemble& ensemble) {
      add(ensemble.point, store::row_text(ensemble_columns(), ensemble));
    });
  });
}

}  // namespace descent::stats
