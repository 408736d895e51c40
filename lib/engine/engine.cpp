#include "engine/engine.h"

#include "config/engine.h"
#include "engine/fused/fused_engine.h"
#include "engine/torch/torch_engine.h"

namespace descent::engine {

struct Factory::Shared {
  Inputs<float> float32;
  Inputs<double> float64;
  DeviceInputs on_devices;
};

Factory::Factory() : shared_(std::make_unique<Shared>()) {}
Factory::~Factory() = default;

std::unique_ptr<Engine> Factory::make(std::vector<Replica> replicas) const {
  const config::Experiment& experiment = *replicas.front().experiment;
  if (config::chosen_engine(experiment) == config::EngineKind::torch)
    return make_torch_engine(std::move(replicas), at::Device(config::name_of(experiment.device)), shared_->on_devices);
  if (experiment.precision == config::Precision::float64)
    return make_fused_engine(std::move(replicas), shared_->float64);
  return make_fused_engine(std::move(replicas), shared_->float32);
}

}  // namespace descent::engine
