#include "engine/engine.h"

#include "engine/fused/fused_engine.h"

namespace descent::engine {

struct Factory::Shared {
  Inputs<float> float32;
  Inputs<double> float64;
};

Factory::Factory() : shared_(std::make_unique<Shared>()) {}
Factory::~Factory() = default;

std::unique_ptr<Engine> Factory::make(std::vector<Replica> replicas) const {
  switch (replicas.front().experiment->precision) {
    case config::Precision::float32:
    case config::Precision::tf32:
    case config::Precision::bf16: return make_fused_engine(std::move(replicas), shared_->float32);
    case config::Precision::float64: return make_fused_engine(std::move(replicas), shared_->float64);
  }
  __builtin_unreachable();
}

}  // namespace descent::engine
