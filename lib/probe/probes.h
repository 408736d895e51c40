#pragma once
// Measurements inside a network at one step of its training, which do not affect the training.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "engine/engine.h"

namespace descent::probe {

// True if a probe is taken only once, after training, regardless of probes.at.
bool is_taken_at_the_end(config::ProbeName name);

// Moments of all units at the previous observation, for mean_drift and sd_drift. Part of the checkpoints of a run.
struct DriftState {
  std::vector<double> unit_means, unit_sds;  // of pre-activations, layer by layer
};

// The network to measure.
struct MeasuredNetwork {
  const config::Experiment& experiment;
  std::int64_t seed;  // of the run
  engine::Observation& observation;
};

// Takes the probes of the experiment, in the order of its list: if `due`, those taken during training; if `at_end`,
// those taken only at the end. `add` receives the probe, the layer ("" for the whole network) and the value.
void measure(const MeasuredNetwork& network, bool due, bool at_end, DriftState& drift,
             const std::function<void(config::ProbeName, std::string layer, double value)>& add);

}  // namespace descent::probe
