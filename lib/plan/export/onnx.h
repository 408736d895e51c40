#pragma once
// Exports a trained network to ONNX, in evaluation mode and float32: "x" [N, inputs] -> "y" [N, outputs].

#include <filesystem>
#include <string>
#include <string_view>

#include "config/experiment.h"
#include "formats/scaling.h"

namespace descent::plan {

// The bytes of the ONNX file. Throws InputError if the weights belong to another network, and for batch norm that
// predicts with the statistics of the batch, which ONNX cannot express.
std::string onnx_model(const config::Experiment& experiment, const formats::Scalings& scalings, std::string_view title,
                       const std::filesystem::path& weights);

}  // namespace descent::plan
