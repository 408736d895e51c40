#pragma once
// One run of a stack while it trains: what is recorded of its network, and where it stands.

#include <cstdint>
#include <functional>

#include "config/experiment.h"
#include "engine/engine.h"
#include "probe/probes.h"
#include "train/recorder.h"
#include "train/schedule.h"

namespace descent::train {

class StackRun {
 public:
  // The network with this index in the engine, of so many parameters.
  StackRun(engine::Engine& engine, std::size_t replica, const TrainingLength& length, std::int64_t parameters);

  // An evaluation with these measurements: appends to the curve, applies the patience rule.
  void evaluate(const store::Metrics& metrics);
  // Takes the probes that are due at this point.
  void probe(const EvaluationPoint& point);
  // The loss of the step after this one is not finite.
  void diverge(std::int64_t step);

  // No further step: the training is over, has stopped or has diverged.
  bool finished() const { return finished_; }
  std::int64_t step() const { return engine_.step(replica_); }
  // Of the last evaluation point; -1 before the first.
  std::int64_t visited_step = -1;

  // After the last evaluation: restores the weights to keep and gives what was recorded. `measure` evaluates once more.
  store::RunResult finish(const std::string& run_hash, const std::function<store::Metrics()>& measure);

  // To and from a checkpoint: everything that the rest of the training depends on.
  void save(core::Writer& writer);
  void load(core::Reader& reader);

 private:
  template <class Archive> void archive(Archive& ar);
  bool asks_for(config::ProbeName probe) const;
  void add(config::ProbeName probe, std::string layer, double value);
  double epoch() const { return static_cast<double>(step()) / static_cast<double>(length_.steps_per_epoch); }

  engine::Engine& engine_;
  const std::size_t replica_;
  const config::Experiment& experiment_;
  const TrainingLength length_;
  Recorder recorder_;
  probe::DriftState drift_;
  bool finished_ = false;
};

}  // namespace descent::train
