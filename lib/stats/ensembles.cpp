#include "stats/ensembles.h"

#include <map>
#include <set>

#include "stats/tables.h"

namespace descent::stats {
namespace {

const config::Ensemble& asked_for(const plan::Plan& plan) { return plan.points.front().experiment.ensemble; }

// Adds up members, one after the other.
class Average {
 public:
  void add(const config::Loss& loss, const store::Predictions& truth, std::span<const double> values,
           int sign = 1) {
    spread_.add(values, sign);
    const Score member = stats::score(loss, truth, values);
    loss_ += sign * member.loss;
    error_ += sign * member.error.value_or(0);
  }

  Ensemble finish(const config::Loss& loss, const store::Predictions& truth) const {
    const auto count = static_cast<double>(spread_.count());
    Ensemble ensemble;
    ensemble.score = stats::score(loss, truth, spread_.mean());
    ensemble.member.loss = loss_ / count;
    if (ensemble.score.error) ensemble.member.error = error_ / count;
    if (loss.kind == config::LossKind::mse) ensemble.ambiguity = spread_.mean_variance();
    return ensemble;
  }

 private:
  Spread spread_;
  double loss_ = 0, error_ = 0;
};

Ensemble average(PredictionReader& reader, const config::Loss& loss, std::span<const std::size_t> members,
                 bool leave_out) {
  Average all;
  for (const std::size_t run : members) {
    const std::vector<double>& values = reader.read(run);
    all.add(loss, reader.truth(), values);
  }
  Ensemble ensemble = all.finish(loss, reader.truth());
  ensemble.members.assign(members.begin(), members.end());
  for (std::size_t i = 0; leave_out && members.size() > 1 && i < members.size(); ++i) {
    Average others = all;
    others.add(loss, reader.truth(), reader.read(members[i]), -1);
    ensemble.without.push_back(others.finish(loss, reader.truth()));
  }
  return ensemble;
}

}  // namespace

std::span<const store::Column<Ensemble>> ensemble_columns() {
  using store::cell, store::Cell, store::ColumnKind;
  static const std::vector<store::Column<Ensemble>> columns{
      {"seed", ColumnKind::label, [](const Ensemble& e) { return cell(e.seed); }, {}},  // where the members are points
      {"size", ColumnKind::label, [](const Ensemble& e) { return Cell(e.size); }, {}},
      {"group", ColumnKind::label, [](const Ensemble& e) { return Cell(e.group); }, {}},  // 0 has the first members
      {"error", ColumnKind::measure, [](const Ensemble& e) { return cell(e.score.error); }, {}},
      {"loss", ColumnKind::measure, [](const Ensemble& e) { return Cell(e.score.loss); }, {}},
      {"member_error", ColumnKind::measure, [](const Ensemble& e) { return cell(e.member.error); }, {}},  // mean
      {"member_loss", ColumnKind::measure, [](const Ensemble& e) { return Cell(e.member.loss); }, {}},
      // Mean squared distance of the members to their average: member_loss - loss with squared error (Krogh and
      // Vedelsby 1995).
      {"ambiguity", ColumnKind::measure, [](const Ensemble& e) { return cell(e.ambiguity); }, {}},
  };
  return columns;
}

void for_each_ensemble(const store::Results& results, const plan::Plan& plan,
                       const std::function<void(const Ensemble&)>& visit, bool leave_out) {
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
    for (const std::int64_t size :
         wanted.sizes.empty() ? std::vector(usual.begin(), usual.end()) : wanted.sizes)
      for (std::int64_t group = 0; (group + 1) * size <= all; ++group) {
        Ensemble ensemble = average(reader, loss,
                                    std::span(members).subspan(static_cast<std::size_t>(group * size),
                                                               static_cast<std::size_t>(size)),
                                    leave_out);
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
