#include <algorithm>

#include "config/check.h"
#include "config/data_facts.h"

namespace descent::config {
namespace {

void check_features(const Experiment& e, Conflicts& found) {
  const Model& model = e.model;
  const Features& features = model.features;
  if (model.kind != ModelKind::linear_model || features.kind != FeatureKind::gaussian_basis) return;
  if (const std::int64_t inputs = data_facts(e.data).shape.features(); inputs != 1)
    found.add({"model.features", "model.features.kind", "data.name"},
              "a Gaussian basis needs data with one feature, but {} has {}", name_of(e.data.name), inputs);
  if (features.centers[0] >= features.centers[1]) found.add({"model.features.centers"}, "must be in ascending order");
}

void check_solver(const Experiment& e, Conflicts& found) {
  const Solver& solver = e.train.solver;
  if (!has_closed_form(e.train)) return;
  const std::string_view name = name_of(solver.kind);
  if (e.model.kind != ModelKind::linear_model)
    found.add({"train.solver", "train.solver.kind", "model.kind"}, "the solver \"{}\" needs the model \"linear_model\"",
              name);
  else if (e.train.loss.kind != LossKind::mse)
    found.add({"train.solver", "train.solver.kind", "train.loss", "train.loss.kind"},
              "\"{}\" minimizes the squared error; set train.loss to \"mse\"", name);
  if (solver.kind == SolverKind::ridge && !solver.lambda)
    found.add({"train.solver", "train.solver.lambda"}, "the solver \"ridge\" needs train.solver.lambda");
}

// The lists need one number per layer or stage, and kernels must fit their inputs.
void check_maps(const Experiment& e, Conflicts& found) {
  const Model& model = e.model;
  const bool is_resnet = model.kind == ModelKind::resnet;
  if (!is_convolutional(model)) return;
  const std::size_t layers = is_resnet ? blocks(model).size() : channels(model).size();
  const auto lengths = [&](const std::vector<std::int64_t>& list, std::string_view path, std::string_view other) {
    if (list.size() == layers) return true;
    found.add({path, other}, "needs one number for each of the {} {}, but has {}", layers,
              is_resnet ? "stages" : "layers", list.size());
    return false;
  };
  if (!lengths(strides(model), "model.strides", is_resnet ? "model.blocks" : "model.channels") || is_resnet) return;
  if (!lengths(kernels(model), "model.kernels", "model.channels")) return;
  if (!lengths(max_pool(model), "model.max_pool", "model.channels")) return;
  const DataFacts facts = data_facts(e.data);
  const std::vector<Shape> maps = cnn_maps(model, facts.shape);
  if (!facts.problem.empty() || maps.size() > layers) return;
  const bool signal = facts.shape.height == 1;
  const std::size_t layer = maps.size() - 1;
  const auto size = [&](const Shape& map) { return signal ? map.width : std::min(map.height, map.width); };
  const std::int64_t kernel = kernels(model)[layer];
  const Window convolution = window(signal, kernel, strides(model)[layer], model.padding);
  if (!convolution.fits(maps[layer]))
    found.add({"model.kernels", "model.channels", "model.strides", "model.padding", "model.kind"},
              "layer {}: a kernel of size {} does not fit an input of size {}", layer + 1, kernel, size(maps[layer]));
  else
    found.add({"model.max_pool", "model.channels", "model.strides", "model.padding", "model.kind"},
              "layer {}: a pooling window of size {} does not fit an input of size {}", layer + 1,
              max_pool(model)[layer], size(convolution.output(maps[layer], 1)));
}

// Each stage of a resnet doubles the channels.
void check_stages(const Experiment& e, Conflicts& found) {
  if (e.model.kind != ModelKind::resnet) return;
  auto width = e.model.width.value_or(1);
  for (std::size_t stage = 1; stage <= blocks(e.model).size(); ++stage, width *= 2)
    if (width > max_units)
      return found.add({"model.blocks", "model.width"}, "stage {} would have {} channels; the maximum is {}", stage,
                       width, max_units);
}

// Group norm divides the features of each layer into equal groups.
void check_norm_groups(const Experiment& e, Conflicts& found) {
  const Model& model = e.model;
  if (model.norm.kind != NormKind::group) return;
  std::vector<std::int64_t> widths;
  switch (model.kind) {
    case ModelKind::mlp: widths = hidden_widths(model); break;
    case ModelKind::cnn: widths = channels(model); break;
    case ModelKind::resnet: widths = {model.width.value_or(model.norm.groups)}; break;
    case ModelKind::linear_model:
    case ModelKind::mixture_of_experts: break;
  }
  for (const std::int64_t width : widths)
    if (width % model.norm.groups != 0) {
      found.add({"model.norm.groups", "model.norm", "model.norm.kind"}, "a width of {} is not divisible into {} groups",
                width, model.norm.groups);
      return;
    }
}

void check_residual(const Experiment& e, Conflicts& found) {
  if (e.model.kind != ModelKind::mlp || !e.model.residual) return;
  const std::vector<std::int64_t> widths = hidden_widths(e.model);
  if (widths.size() < 2 || std::ranges::adjacent_find(widths, std::ranges::not_equal_to{}) != widths.end())
    found.add({"model.residual", "model.depth", "model.hidden"},
              "a residual network needs at least two hidden layers, all of the same width");
  if (e.model.norm.kind != NormKind::none && e.model.norm_position == NormPosition::after)
    found.add({"model.norm_position", "model.residual"}, "a residual network needs the norm before the activation");
}

// True if a block can be deleted: a residual block, or hidden layers whose output has the shape of their input.
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

// The unmet requirement of a probe; empty if the experiment meets it.
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
      return has_blocks(e) ? "" : "residual blocks, or hidden layers whose output has the shape of their input";
    case ProbeName::gradient_norm:
    case ProbeName::weight_norm:
    case ProbeName::update_ratio:
    case ProbeName::input_condition: return "";
  }
  __builtin_unreachable();
}

}  // namespace

void check_model(const Experiment& e, Conflicts& found) {
  check_features(e, found);
  if (const Model& model = e.model;
      model.kind == ModelKind::mixture_of_experts && model.gate.top_k.value_or(1) > model.experts.count)
    found.add({"model.gate.top_k", "model.experts.count", "model.experts"},
              "must not exceed the number of experts: {} > {}", *model.gate.top_k, model.experts.count);
  check_solver(e, found);
  check_maps(e, found);
  check_stages(e, found);
  check_norm_groups(e, found);
  check_residual(e, found);
  if (e.model.init.scheme == InitScheme::constant && !e.model.init.value)
    found.add({"model.init", "model.init.value"}, "the initializer \"constant\" needs model.init.value");
}

void check_probes(const Experiment& e, Conflicts& found) {
  for (const ProbeName probe : e.probes.names)
    if (const std::string_view needs = probe_needs(probe, e); !needs.empty())
      found.add({"probes.names", "probes"}, "{} needs {}", name_of(probe), needs);
}

}  // namespace descent::config
