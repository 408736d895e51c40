#pragma once
// Which of the two engines trains an experiment.

#include <string>
#include <vector>

#include "config/experiment.h"

namespace descent::config {

// Why the fused engine cannot run it: "device cuda", "precision bf16"; empty: it can.
std::vector<std::string> fused_declines(const Experiment& experiment);

// torch or fused.
EngineKind chosen_engine(const Experiment& experiment);

// "fused on cpu", "torch on cuda:1".
std::string engine_and_device(const Experiment& experiment);

}  // namespace descent::config
