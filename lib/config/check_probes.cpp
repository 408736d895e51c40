#include <fmt/format.h>

#include <algorithm>

#include "config/check.h"
#include "config/data_facts.h"

namespace descent::config {
namespace {

// Whether a block can be left out: a residual one, or a part of a plain network that keeps the shape of its input.
bool has_blocks(const Experiment& e) {
  const Model& m = e.model;
  switch (m.kind) {
    case ModelKind::mlp: {
      const std::vector<std::int64_t> widths = hidden_widths(m);
      return std::ranges::adjacent_find(widths) != widths.end();
    }
    case ModelKind::resnet:
      return m.shortcut != ShortcutKind::none || std::ranges::any_of(residual_blocks(m), &Block::keeps_shape);
    case ModelKind::cnn: {
      const DataFacts facts = data_facts(e.data);
      const std::vector<Shape> maps = cnn_maps(m, facts.shape);
      return !facts.problem.empty() || std::ranges::adjacent_find(maps) != maps.end();
    }
    case ModelKind::linear_model:
    case ModelKind::mixture_of_experts: return false;
  }
  __builtin_unreachable();
}

// What a probe needs of the experiment; nothing: all is well.
std::string_view probe_needs(ProbeName probe, const Experiment& e) {
  const Model& model = e.model;
  const bool mixture = model.kind == ModelKind::mixture_of_experts, linear = model.kind == ModelKind::linear_model;
  const auto is = [&](auto... activations) {
    const auto one_of = [&](Activation activation) { return ((activation == activations) || ...); };
    return one_of(model.activation) && (!mixture || model.gate.hidden.empty() || one_of(model.gate.activation));
  };
  constexpr std::string_view hidden = "the model \"mlp\", \"cnn\", \"resnet\" or \"mixture_of_experts\"";
  switch (probe) {
    case ProbeName::activation_mean:
    case ProbeName::activation_variance:
    case ProbeName::activation_histogram:
    case ProbeName::variance_factor:
    case ProbeName::mean_drift:
    case ProbeName::sd_drift:
    case ProbeName::signal_gradient_norm:
    case ProbeName::unit_distance:
    case ProbeName::weight_rank: return linear ? hidden : "";
    case ProbeName::gradient_ratio: return linear || mixture ? "the model \"mlp\", \"cnn\" or \"resnet\"" : "";
    case ProbeName::saturated_fraction:
      if (linear) return hidden;
      if (is(Activation::tanh, Activation::sigmoid, Activation::relu)) return "";
      return "the activation \"tanh\", \"sigmoid\" or \"relu\"";
    case ProbeName::dead_fraction:
      if (linear) return hidden;
      return is(Activation::relu) ? "" : "the activation \"relu\"";
    case ProbeName::batch_mean_spread:
    case ProbeName::batch_variance_spread: return model.norm.kind == NormKind::batch ? "" : "the norm \"batch\"";
    case ProbeName::gate_entropy:
    case ProbeName::expert_usage:
    case ProbeName::gate_maximum: return mixture ? "" : "the model \"mixture_of_experts\"";
    case ProbeName::path_share:
    case ProbeName::path_length:
    case ProbeName::path_reach:
    case ProbeName::path_factor:
      if (model.residual || (model.kind == ModelKind::resnet && model.shortcut != ShortcutKind::none)) return "";
      return "residual blocks: the model \"mlp\" with model.residual, or \"resnet\" with model.shortcut";
    case ProbeName::symmetry_difference:
      if (linear) return hidden;
      return model.kind == ModelKind::mlp && hidden_widths(model).empty() ? "a hidden layer" : "";
    case ProbeName::restored_difference:
      return e.train.early_stopping.monitor != Monitor::none && e.predict.dropout_samples == 0
                 ? ""
                 : "train.early_stopping, and predictions without dropout_samples";
    case ProbeName::lesion_error:
    case ProbeName::lesion_worst_error:
      return has_blocks(e) ? "" : "residual blocks, or hidden layers that keep the shape of their input";
    case ProbeName::gradient_norm:
    case ProbeName::weight_norm:
    case ProbeName::update_ratio:
    case ProbeName::input_condition: return "";
  }
  __builtin_unreachable();
}

}  // namespace

void check_probes(const Experiment& e, std::vector<Conflict>& found) {
  for (const ProbeName probe : e.probes.names)
    if (const std::string_view needs = probe_needs(probe, e); !needs.empty())
      found.push_back({{"probes.names", "probes"}, fmt::format("{} needs {}", name_of(probe), needs)});
}

}  // namespace descent::config
