#pragma once
// Measurements inside a network at one moment of its training. No number of the training depends on them.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "engine/engine.h"

namespace descent::probe {

// Whether a probe is taken once, after the training, whatever probes.at says.
bool is_taken_at_the_end(config::ProbeName name);

// The units at the last moment, layer by layer: what mean_drift and sd_drift compare with. Part of a run's checkpoints.
struct DriftState {
  std::vector<double> unit_means, unit_sds;  // of the pre-activations
};

// The network to measure.
struct Subject {
  const config::Experiment& experiment;
  std::int64_t seed;  // of the run
  engine::Observation& observation;
};

// Takes the probes of the experiment in the order of its list: those that are due at this moment and, at the end, those
// that are taken only then. `add` gets the probe, the layer ("" for the whole network) and the value.
void measure(const Subject& subject, bool due, bool at_end, DriftState& drift,
             const std::function<void(config::ProbeName, std::string layer, double value)>& add);

}  // namespace descent::probe
