#include "train/stack_run.h"

#include <algorithm>

namespace descent::train {
namespace {

bool is_due(config::ProbeMoment at, std::int64_t step, bool finished) {
  switch (at) {
    case config::ProbeMoment::evaluations: return true;
    case config::ProbeMoment::start: return step == 0;
    case config::ProbeMoment::end: return finished;
    case config::ProbeMoment::start_and_end: return step == 0 || finished;
  }
  __builtin_unreachable();
}

}  // namespace

StackRun::StackRun(engine::Engine& engine, std::size_t replica, const TrainingLength& length, std::int64_t parameters)
    : engine_(engine), replica_(replica), experiment_(*engine.replica(replica).experiment), length_(length),
      recorder_(experiment_.train.early_stopping, parameters) {}

void StackRun::evaluate(const store::Metrics& metrics) {
  store::Evaluation row;
  row.step = step();
  row.epoch = epoch();
  row.metrics = metrics;
  row.lr = engine_.learning_rate(replica_);
  row.weight_norm = engine_.weight_norm(replica_);
  row.gradient_norm = engine_.gradient_norm(replica_);
  if (recorder_.observe(row)) engine_.take_snapshot(replica_);
  finished_ = recorder_.ends_training() || step() == length_.total_steps;
  if (finished_) engine_.finish(replica_);
}

void StackRun::diverge(std::int64_t step) {
  recorder_.diverge(step);
  finished_ = true;
}

bool StackRun::has_probe(config::ProbeName probe) const {
  return std::ranges::find(experiment_.probes.names, probe) != experiment_.probes.names.end();
}

void StackRun::add(config::ProbeName probe, std::string layer, double value) {
  recorder_.add({epoch(), step(), std::string(config::name_of(probe)), std::move(layer), value});
}

void StackRun::probe(const EvaluationPoint& point) {
  if (experiment_.probes.names.empty()) return;
  const bool due = point.probes && is_due(experiment_.probes.at, step(), finished_);
  if (!due && !finished_) return;  // an observation is expensive
  probe::measure({experiment_, engine_.replica(replica_).seed, *engine_.observe(replica_)}, due, finished_, drift_,
                 [&](config::ProbeName name, std::string layer, double value) { add(name, std::move(layer), value); });
}

store::RunResult StackRun::finish(const std::string& run_hash, const std::function<store::Metrics()>& measure) {
  recorder_.close();
  engine_.restore_snapshot(replica_);
  if (has_probe(config::ProbeName::restored_difference))
    if (const auto& restored = recorder_.summary().early_stopping.restored)
      add(config::ProbeName::restored_difference, "",
          *recorder_.monitored(measure()) - *recorder_.monitored(restored->metrics));
  return recorder_.take(run_hash);
}

template <class Archive> void StackRun::archive(Archive& ar) {
  ar(visited_step);
  ar(finished_);
  for (std::vector<double>* values : {&drift_.unit_means, &drift_.unit_sds}) ar(*values);
  recorder_.archive(ar);
}

void StackRun::save(core::Writer& writer) {
  archive(writer);
  engine_.save(replica_, writer);
}

void StackRun::load(core::Reader& reader) {
  archive(reader);
  engine_.load(replica_, reader);
}

}  // namespace descent::train
