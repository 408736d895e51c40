#include "plan/export/python.h"

#include <fmt/format.h>

#include "core/text.h"
#include "plan/export/python_class.h"

namespace descent::plan {
namespace {

std::vector<PythonClass> classes_of(const Architecture& architecture) {
  switch (architecture.model.kind) {
    case config::ModelKind::mlp: return mlp_classes(architecture, "Mlp");
    case config::ModelKind::cnn: return convnet_classes(architecture);
    case config::ModelKind::resnet: return resnet_classes(architecture);
    case config::ModelKind::linear_model: return linear_model_classes(architecture);
    case config::ModelKind::mixture_of_experts: return mixture_classes(architecture);
  }
  __builtin_unreachable();
}

std::string import_lines(const config::Model& model) {
  const bool has_projection =
      model.kind == config::ModelKind::resnet && model.shortcut == config::ShortcutKind::projection;
  return fmt::format(R"({}from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


)",
                     has_projection ? "from collections import OrderedDict\n" : "");
}

std::string class_lines(const Architecture& architecture) {
  const std::int64_t dimensions = !config::is_convolutional(architecture.model) ? 0 : architecture.is_signal() ? 1 : 2;
  std::string text = PythonLayers(architecture.model, dimensions).helper_classes();
  for (const PythonClass& python : classes_of(architecture)) text += python.text() + "\n\n";
  return text;
}

std::string inputs_text(const config::Shape& input, const config::Data& data) {
  std::string text = fmt::format("[B, {}]", input.features());
  if (input.channels > 1 || input.height > 1)
    text += fmt::format(", flattened from {} x {} x {} (channels, height, width)", input.channels, input.height,
                        input.width);
  if (data.shuffle_features) text += ", after data.shuffle_features";
  if (data.shuffle_each_example) text += ", after data.shuffle_each_example";
  if (data.distortion.decades != 0 || data.distortion.offset != 0) text += ", after data.distortion";
  if (!data.features.empty()) text += ", after data.features";
  if (data.normalize != config::Normalize::none) text += "; prepare(x) normalizes them as in training";
  return text;
}

// A tensor of the values with the type and device of `like`; each run of `block` equal values is written once.
std::string tensor_text(const std::vector<double>& values, std::size_t block, std::string_view like) {
  std::string text = "torch.tensor([";
  for (std::size_t i = 0; i < values.size(); i += block)
    text += (i / block % 10 == 0 ? "\n        " : " ") + core::format_number(values[i]) + ",";
  text += fmt::format("\n    ], dtype={0}.dtype, device={0}.device)", like);
  return block == 1 ? text : text + fmt::format(".repeat_interleave({})", block);
}

std::string prepare_function(const config::Data& data, const config::Shape& input, const formats::Scaling& scaling) {
  if (data.normalize == config::Normalize::none) return "";
  const bool by_channel = data.normalize == config::Normalize::channel;
  const auto block = static_cast<std::size_t>(by_channel ? input.height * input.width : 1);
  return fmt::format(
      "def prepare(x):\n    \"\"\"Normalizes inputs as in training ({}).\"\"\"\n"
      "    shift = {}\n    scale = {}\n    return (x - shift) * scale\n\n\n",
      config::name_of(data.normalize), tensor_text(scaling.shift, block, "x"), tensor_text(scaling.scale, block, "x"));
}

std::string in_units_function(const formats::Scaling& scaling) {
  if (scaling.scale.empty()) return "";
  return fmt::format(
      "def in_units(y):\n    \"\"\"Converts outputs to the units of the targets, which training standardized.\"\"\"\n"
      "    shift = {}\n    scale = {}\n    return y / scale + shift\n\n\n",
      tensor_text(scaling.shift, 1, "y"), tensor_text(scaling.scale, 1, "y"));
}

std::string outputs_text(const config::Experiment& experiment) {
  if (experiment.train.loss.kind == config::LossKind::cross_entropy)
    return "logits; their softmax gives the class probabilities";
  return experiment.data.normalize_targets
             ? "the predicted standardized targets; in_units(y) converts them to their units"
             : "the predicted targets";
}

}  // namespace

std::string_view class_name(config::ModelKind kind) {
  switch (kind) {
    case config::ModelKind::mlp: return "Mlp";
    case config::ModelKind::cnn: return "ConvNet";
    case config::ModelKind::resnet: return "ResNet";
    case config::ModelKind::linear_model: return "LinearModel";
    case config::ModelKind::mixture_of_experts: return "MixtureOfExperts";
  }
  __builtin_unreachable();
}

std::string python_source(const config::Experiment& experiment, const formats::Scalings& scalings,
                          std::string_view title, std::string_view weights) {
  const Architecture architecture = architecture_of(experiment);
  const config::Shape& input = architecture.input;
  const std::string_view name = class_name(experiment.model.kind);
  std::string text = fmt::format("\"\"\"{}.\n\nInputs: {}.\nOutputs: [B, {}], {}.\n\"\"\"\n\n", title,
                                 inputs_text(input, experiment.data), architecture.outputs, outputs_text(experiment));
  text += import_lines(experiment.model) + class_lines(architecture);
  text += prepare_function(experiment.data, input, scalings.inputs) + in_units_function(scalings.targets);
  return text + fmt::format(R"(def load(file=Path(__file__).with_name("{0}")):
    """Returns the trained network in evaluation mode."""
    network = {1}(){2}
    network.load_state_dict(load_file(file))
    return network.eval()


if __name__ == "__main__":
    print(load()(torch.zeros(1, {3}{4})))
)",
                            weights, name, experiment.precision == config::Precision::float64 ? ".double()" : "",
                            input.features(),
                            experiment.precision == config::Precision::float64 ? ", dtype=torch.float64" : "");
}

}  // namespace descent::plan
