#include "stats/ensembles.h"

#include <cmath>
#include <filesystem>
#include <map>

#include "stats/tables.h"

namespace descent::stats {
namespace {

const config::Ensemble& ensemble_of(const plan::Plan& plan) { return plan.points.front().experiment.ensemble; }

// Accumulates the members of an ensemble one at a time.
class Average {
 public:
  explicit Average(config::LossKind loss) : loss_(loss) {}

  void add(const store::Predictions& truth, std::span<const double> values, int sign) {
    if (averages_probabilities()) moments_.add(probabilities(values), sign);
    else moments_.add(values, sign);
    const Score member = stats::score(loss_, truth, values);
    loss_sum_ += sign * member.loss;
    error_sum_ += sign * member.error.value_or(0);
  }

  EnsembleScore finish(const store::Predictions& truth) const {
    const auto count = static_cast<double>(moments_.count());
    EnsembleScore ensemble;
    ensemble.score =
        stats::score(loss_, truth, averages_probabilities() ? logarithms(moments_.mean()) : moments_.mean());
    ensemble.member.loss = loss_sum_ / count;
    if (ensemble.score.error) ensemble.member.error = error_sum_ / count;
    if (loss_ == config::LossKind::mse) ensemble.ambiguity = moments_.mean_variance();
    return ensemble;
  }

 private:
  bool averages_probabilities() const { return loss_ == config::LossKind::cross_entropy; }

  config::LossKind loss_;
  RunningMoments moments_;
  double loss_sum_ = 0, error_sum_ = 0;
};

// Accumulates the networks of a point one at a time.
class Decomposition {
 public:
  explicit Decomposition(bool probabilities) : probabilities_(probabilities) {}

  void add(const store::Predictions& truth, std::span<const double> recorded, int sign) {
    outputs_ = truth.outputs;
    examples_ = recorded.size() / outputs_;
    const std::vector<double> values =
        probabilities_ ? probabilities(recorded) : std::vector<double>(recorded.begin(), recorded.end());
    moments_.add(values, sign);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double distance = values[i] - target(truth, i / outputs_, i % outputs_);
      squared_risk_ += sign * distance * distance / static_cast<double>(values.size());
    }
    if (probabilities_) log_moments_.add(recorded, sign);
    if (truth.labels.empty()) return;
    votes_.resize(values.size());
    for (std::size_t n = 0; n < examples_; ++n)
      votes_[n * outputs_ + argmax(recorded.subspan(n * outputs_, outputs_))] += sign;
  }

  BiasVariance finish(const store::Predictions& truth) const {
    BiasVariance result;
    result.n = moments_.count();
    squared(truth, result);
    if (!votes_.empty()) zero_one(truth, result);
    if (log_moments_.count() > 0) cross_entropy(truth, result);
    return result;
  }

 private:
  double mean(double sum) const { return sum / static_cast<double>(examples_); }

  void squared(const store::Predictions& truth, BiasVariance& result) const {
    const auto n = static_cast<double>(moments_.count());
    double bias = 0;
    for (std::size_t i = 0; i < moments_.mean().size(); ++i) {
      const double distance = moments_.mean()[i] - target(truth, i / outputs_, i % outputs_);
      bias += distance * distance;
    }
    bias /= static_cast<double>(moments_.mean().size());
    const double variance = moments_.mean_variance();
    result.squared_risk = squared_risk_ / n;
    result.squared_bias = bias - variance / (n - 1);
    result.squared_variance = variance * n / (n - 1);
  }

  void zero_one(const store::Predictions& truth, BiasVariance& result) const {
    const auto n = static_cast<double>(moments_.count());
    double risk = 0, bias = 0, where_right = 0, where_wrong = 0;
    for (std::size_t i = 0; i < examples_; ++i) {
      const std::span<const double> votes = std::span(votes_).subspan(i * outputs_, outputs_);
      const auto label = static_cast<std::size_t>(truth.labels[i]);
      const double right = votes[label] / n;
      risk += 1 - right;
      if (argmax(votes) == label) {
        where_right += 1 - right;
      } else {
        bias += 1;
        where_wrong += right;
      }
    }
    result.error_risk = mean(risk);
    result.error_bias = mean(bias);
    result.error_variance_where_right = mean(where_right);
    result.error_variance_where_wrong = mean(where_wrong);
  }

  void cross_entropy(const store::Predictions& truth, BiasVariance& result) const {
    double risk = 0, bias = 0, variance = 0;
    for (std::size_t i = 0; i < examples_; ++i) {
      const std::span<const double> log_p = std::span(log_moments_.mean()).subspan(i * outputs_, outputs_);
      double sum = 0;
      for (const double value : log_p) sum += std::exp(value);
      const double own = log_p[static_cast<std::size_t>(truth.labels[i])];
      risk -= own;
      bias -= own - std::log(sum);
      variance -= std::log(sum);  // the mean over networks of KL(main prediction || network)
    }
    result.cross_entropy_risk = mean(risk);
    result.cross_entropy_bias = mean(bias);
    result.cross_entropy_variance = mean(variance);
  }

  bool probabilities_;
  std::size_t outputs_ = 0, examples_ = 0;
  RunningMoments moments_, log_moments_;
  double squared_risk_ = 0;
  std::vector<double> votes_;  // [N, K]: networks that predict class k for example n
};

// Writes a table, or removes the one that an earlier version of the experiment left if this one does not ask for it.
template <class Row>
void write_rows(const store::Results& results, const plan::Plan& plan, std::string_view file, bool wanted,
                std::span<const store::Column<Row>> columns,
                std::vector<Row> (*rows_of)(const store::Results&, const plan::Plan&, bool leave_out)) {
  if (!wanted) {
    std::error_code ignored;
    std::filesystem::remove(results.folder() / file, ignored);
    return;
  }
  TableWriter table(results, plan, file, column_names(columns));
  for (const Row& row : rows_of(results, plan, false)) table.add(row.point, store::row_text(columns, row));
  table.commit();
}

}  // namespace

std::span<const store::Column<EnsembleScore>> ensemble_columns() {
  using store::cell, store::ColumnKind;
  using E = EnsembleScore;
  static const std::vector<store::Column<E>> columns{
      {"seed", ColumnKind::label, [](const E& e) { return cell(e.seed); }, {}},  // of an ensemble of points
      {"size", ColumnKind::label, [](const E& e) { return cell(e.size); }, {}},
      {"group", ColumnKind::label, [](const E& e) { return cell(e.group); }, {}},  // 0: the first members
      {"network", ColumnKind::label, [](const E& e) { return cell(e.network); }, {}},
      {"error", ColumnKind::measure, [](const E& e) { return cell(e.score.error); }, {}},
      {"loss", ColumnKind::measure, [](const E& e) { return cell(e.score.loss); }, {}},
      {"member_error", ColumnKind::measure, [](const E& e) { return cell(e.member.error); }, {}},  // mean
      {"member_loss", ColumnKind::measure, [](const E& e) { return cell(e.member.loss); }, {}},
      // Mean squared distance of the members from their average; with squared error member_loss - loss (Krogh and
      // Vedelsby 1995).
      {"ambiguity", ColumnKind::measure, [](const E& e) { return cell(e.ambiguity); }, {}},
  };
  return columns;
}

std::vector<EnsembleScore> ensembles_of(const store::Results& results, const plan::Plan& plan, bool leave_out) {
  std::vector<EnsembleScore> all;
  const config::Ensemble& wanted = ensemble_of(plan);
  const bool of_seeds = wanted.of == config::EnsembleOf::seeds;
  std::map<std::int64_t, std::vector<std::size_t>> groups;  // by point or seed
  for (const std::size_t run : predicting_runs(results, plan))
    groups[of_seeds ? static_cast<std::int64_t>(plan.runs[run].point) : plan.runs[run].seed].push_back(run);
  for (const auto& [key, members] : groups) {
    PredictionReader reader(results);
    const config::LossKind loss = plan.experiment(members.front()).train.loss.kind;
    const auto count = static_cast<std::int64_t>(members.size());
    const std::vector<std::int64_t> sizes =
        wanted.sizes.empty() ? count > 1 ? std::vector{1L, count} : std::vector{1L} : wanted.sizes;
    for (const std::int64_t size : sizes)
      for (std::int64_t group = 0; (group + 1) * size <= count; ++group) {
        const std::span of_group =
            std::span(members).subspan(static_cast<std::size_t>(group * size), static_cast<std::size_t>(size));
        EnsembleScore& ensemble =
            all.emplace_back(combine<EnsembleScore>(reader, Average(loss), of_group, leave_out && size > 1));
        if (of_seeds) ensemble.point = static_cast<std::size_t>(key);
        else ensemble.seed = key;
        ensemble.network = network_of(plan.experiment(of_group.front()));
        for (const std::size_t run : of_group)
          if (network_of(plan.experiment(run)) != ensemble.network) ensemble.network = "mixed";
        ensemble.size = size;
        ensemble.group = group;
      }
  }
  return all;
}

void write_ensembles(const store::Results& results, const plan::Plan& plan) {
  const bool wanted = ensemble_of(plan).of != config::EnsembleOf::none;
  write_rows(results, plan, ensembles_file, wanted, ensemble_columns(), ensembles_of);
}

std::span<const store::Column<BiasVariance>> bias_variance_columns() {
  using store::ColumnKind;
  const auto measure = [](std::string name, std::optional<double> BiasVariance::*field) {
    return store::Column<BiasVariance>{
        std::move(name), ColumnKind::measure, [field](const BiasVariance& row) { return store::cell(row.*field); }, {}};
  };
  using B = BiasVariance;
  static const std::vector<store::Column<BiasVariance>> columns{
      {"n", ColumnKind::label, [](const B& row) { return store::cell(static_cast<std::int64_t>(row.n)); }, {}},
      {"network", ColumnKind::label, [](const B& row) { return store::cell(row.network); }, {}},
      measure("squared_risk", &B::squared_risk),
      measure("squared_bias", &B::squared_bias),
      measure("squared_variance", &B::squared_variance),
      measure("error_risk", &B::error_risk),
      measure("error_bias", &B::error_bias),
      measure("error_variance_where_right", &B::error_variance_where_right),
      measure("error_variance_where_wrong", &B::error_variance_where_wrong),
      measure("cross_entropy_risk", &B::cross_entropy_risk),
      measure("cross_entropy_bias", &B::cross_entropy_bias),
      measure("cross_entropy_variance", &B::cross_entropy_variance),
  };
  return columns;
}

std::vector<BiasVariance> bias_variance_of(const store::Results& results, const plan::Plan& plan, bool leave_out) {
  std::vector<BiasVariance> all;
  const std::vector<std::size_t> runs = predicting_runs(results, plan);
  const auto point_of = [&](std::size_t run) { return plan.runs[run].point; };
  for (std::size_t at = 0, end = 0; at < runs.size(); at = end) {
    while (end < runs.size() && point_of(runs[end]) == point_of(runs[at])) ++end;
    if (end - at < 2) continue;
    const bool probabilities = plan.experiment(runs[at]).train.loss.kind == config::LossKind::cross_entropy;
    PredictionReader reader(results);
    BiasVariance& result = all.emplace_back(combine<BiasVariance>(
        reader, Decomposition(probabilities), std::span(runs).subspan(at, end - at), leave_out && end - at > 2));
    result.point = point_of(runs[at]);
    result.network = network_of(plan.experiment(runs[at]));
  }
  return all;
}

void write_bias_variance(const store::Results& results, const plan::Plan& plan) {
  const bool wanted = plan.points.front().experiment.bias_variance;
  write_rows(results, plan, bias_variance_file, wanted, bias_variance_columns(), bias_variance_of);
}

}  // namespace descent::stats
