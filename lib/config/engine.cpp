#include "config/engine.h"

#include <fmt/format.h>

namespace descent::config {

std::vector<std::string> fused_declines(const Experiment& e) {
  std::vector<std::string> reasons;
  const auto decline = [&](bool declined, std::string reason) {
    if (declined) reasons.push_back(std::move(reason));
  };
  decline(e.device.kind != DeviceKind::cpu, "device " + name_of(e.device));
  decline(e.precision == Precision::tf32 || e.precision == Precision::bf16,
          fmt::format("precision {}", name_of(e.precision)));
  decline(has_closed_form(e.train), fmt::format("train.solver {}", name_of(e.train.solver.kind)));
  return reasons;
}

EngineKind chosen_engine(const Experiment& e) {
  if (e.engine != EngineKind::automatic) return e.engine;
  return fused_declines(e).empty() ? EngineKind::fused : EngineKind::torch;
}

std::string engine_and_device(const Experiment& e) {
  return fmt::format("{} on {}", name_of(chosen_engine(e)), name_of(e.device));
}

}  // namespace descent::config
