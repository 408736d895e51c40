#pragma once
// One run of a stack during training: its progress and its recorded results.

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
  // `replica`: index in the engine; `parameters`: number of parameters of the network.
  StackRun(engine::Engine& engine, std::size_t replica, const TrainingLength& length, std::int64_t parameters);

  // Adds an evaluation to the curve and applies the early stopping rule.
  void evaluate(const store::Metrics& metrics);
  // Takes the probes that are due at this point.
  void probe(const EvaluationPoint& point);
  // Ends the run because the loss at `step` is not finite.
  void diverge(std::int64_t step);

  // True if no further step follows: training has ended, stopped early or diverged.
  bool finished() const { return finished_; }
  std::int64_t step() const { return engine_.step(replica_); }
  // The step of the last evaluation point; -1 before the first.
  std::int64_t visited_step = -1;

  // Call after the last evaluation: restores the weights to keep and returns the results. `measure` evaluates again.
  store::RunResult finish(const std::string& run_hash, const std::function<store::Metrics()>& measure);

  // Write to and read from a checkpoint everything that the rest of the training depends on.
  void save(core::Writer& writer);
  void load(core::Reader& reader);

 private:
  template <class Archive> void archive(Archive& ar);
  bool has_probe(config::ProbeName probe) const;
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
