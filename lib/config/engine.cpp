#include "config/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/data_facts.h"

namespace descent::config {
namespace {

std::int64_t most_channels(const Model& model) {
  std::int64_t most = 0;
  if (model.kind == ModelKind::cnn)
    for (const std::int64_t count : channels(model)) most = std::max(most, count);
  if (model.kind == ModelKind::resnet)
    for (const Block& block : residual_blocks(model)) most = std::max(most, block.out);
  return most;
}

}  // namespace

std::vector<std::string> fused_declines(const Experiment& e) {
  std::vector<std::string> reasons;
  const auto decline = [&](bool declined, std::string reason) {
    if (declined) reasons.push_back(std::move(reason));
  };
  decline(e.device.kind != DeviceKind::cpu, "device " + name_of(e.device));
  decline(e.precision == Precision::tf32 || e.precision == Precision::bf16,
          fmt::format("precision {}", name_of(e.precision)));
  decline(has_closed_form(e.train), fmt::format("train.solver {}", name_of(e.train.solver.kind)));
  decline(e.train.world_size > 1, fmt::format("train.world_size {}", e.train.world_size));
  // Beyond these LibTorch's convolutions are about as fast, or faster (tests/bench/RESULTS.md).
  if (const std::int64_t channels = most_channels(e.model); channels > 0) {
    const Shape shape = data_facts(e.data).shape;
    const bool signal = shape.height == 1;
    decline(!signal && shape.height * shape.width > 144, fmt::format("images of {}x{}", shape.height, shape.width));
    decline(channels > (signal ? 256 : 160), fmt::format("{} channels", channels));
  }
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
