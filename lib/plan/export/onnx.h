#pragma once
// A trained network as a file in the format of ONNX, in evaluation mode and float32: "x" [N, inputs] -> "y" [N,
// outputs].

#include <filesystem>
#include <string>
#include <string_view>

#include "config/experiment.h"
#include "formats/scaling.h"

namespace descent::plan {

// The bytes of the file. InputError where the weights are not those of the network, and for the one network that ONNX
// cannot express: batch norm that predicts with the statistics of the batch.
std::string onnx_model(const config::Experiment& experiment, const formats::Scalings& scalings, std::string_view title,
                       const std::filesystem::path& weights);

}  // namespace descent::plan
