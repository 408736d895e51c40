#include <fmt/format.h>

#include <algorithm>

#include "config/check.h"

namespace descent::config {
namespace {

// What a probe needs of the experiment; nothing: all is well.
std::string_view probe_needs(ProbeName probe, const Experiment& e) {
  const Model& model = e.model;
  const auto is = [&](auto... activations) { return ((model.activation == activations) || ...); };
  const std::vector<std::int64_t> widths = hidden_widths(model);
  const bool plain = model.norm.kind == NormKind::none, mlp = model.kind == ModelKind::mlp;
  const bool equal = std::ranges::adjacent_find(widths, std::ranges::not_equal_to{}) == widths.end();
  constexpr std::string_view perceptron = "the model \"mlp\"";
  switch (probe) {
    case ProbeName::activation_mean:
    case ProbeName::activation_variance:
    case ProbeName::variance_factor:
    case ProbeName::mean_drift:
    case ProbeName::sd_drift:
    case ProbeName::signal_gradient_norm:
    case ProbeName::gradient_ratio:
    case ProbeName::unit_distance:
    case ProbeName::weight_rank: return mlp ? "" : perceptron;
    case ProbeName::saturated_fraction:
      if (!mlp) return perceptron;
      if (is(Activation::tanh, Activation::sigmoid, Activation::relu)) return "";
      return "the activation \"tanh\", \"sigmoid\" or \"relu\"";
    case ProbeName::dead_fraction:
      if (!mlp) return perceptron;
      return is(Activation::relu) ? "" : "the activation \"relu\"";
    case ProbeName::batch_mean_spread:
    case ProbeName::batch_variance_spread:
      if (!mlp) return perceptron;
      return model.norm.kind == NormKind::batch ? "" : "the norm \"batch\"";
    case ProbeName::path_share:
    case ProbeName::path_length:
    case ProbeName::path_reach:
    case ProbeName::path_factor:
      return mlp && model.residual && plain ? "" : "the model \"mlp\" with model.residual and without a norm";
    case ProbeName::symmetry_difference:
      return mlp && !widths.empty() ? "" : "the model \"mlp\" with a hidden layer";
    case ProbeName::restored_difference:
      return e.train.early_stopping.monitor != Monitor::none && e.predict.dropout_samples == 0
                 ? ""
                 : "train.early_stopping, and predictions without dropout_samples";
    case ProbeName::lesion_error:
    case ProbeName::lesion_worst_error:
      if (mlp && widths.size() > 1 && (model.residual || (plain && equal && is(Activation::relu)))) return "";
      return "the model \"mlp\" with model.residual, or with \"relu\", hidden layers of one width and without a norm";
    default: return "";
  }
}

}  // namespace

void check_probes(const Experiment& e, std::vector<Finding>& found) {
  for (const ProbeName probe : e.probes.names)
    if (const std::string_view needs = probe_needs(probe, e); !needs.empty())
      found.push_back({{"probes.names", "probes"}, fmt::format("{} needs {}", name_of(probe), needs)});
}

}  // namespace descent::config
