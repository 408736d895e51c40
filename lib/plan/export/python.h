#pragma once
// A network as Python source: a torch.nn.Module in plain PyTorch whose parameters and buffers have the names and shapes
// of the files of weights.

#include <string>
#include <string_view>

#include "formats/scaling.h"
#include "plan/export/architecture.h"

namespace descent::plan {

// "Mlp", "ConvNet", "ResNet", "LinearModel" or "MixtureOfExperts".
std::string_view class_name(config::ModelKind kind);

// The imports and classes; the network is constructed without arguments: [B, inputs] -> [B, outputs].
std::string python_classes(const Architecture& architecture);

// A whole file: `title` says of which run, `weights` is the name of the file of weights beside it, which load() reads;
// prepare() applies the scaling of the inputs where the experiment has one (data.normalize), in_units() undoes that of
// the targets (data.normalize_targets).
std::string python_source(const config::Experiment& experiment, const formats::Scalings& scalings,
                          std::string_view title, std::string_view weights);

}  // namespace descent::plan
