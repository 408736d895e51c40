#include <fmt/format.h>

#include <algorithm>

#include "config/check.h"
#include "config/data_facts.h"

namespace descent::config {
namespace {

void check_features(const Experiment& e, std::vector<Conflict>& found) {
  const Model& model = e.model;
  const Features& features = model.features;
  if (model.kind != ModelKind::linear_model || features.kind != FeatureKind::gaussian_basis) return;
  if (const std::int64_t inputs = data_facts(e.data).shape.features(); inputs != 1)
    found.push_back(
        {{"model.features", "model.features.kind", "data.name"},
         fmt::format("a Gaussian basis needs data with one feature; {} has {}", name_of(e.data.name), inputs)});
  if (features.centers[0] >= features.centers[1])
    found.push_back({{"model.features.centers"}, "must be in ascending order"});
}

void check_mixture(const Experiment& e, std::vector<Conflict>& found) {
  const Model& model = e.model;
  if (model.kind == ModelKind::mixture_of_experts && model.gate.top_k.value_or(1) > model.experts.count)
    found.push_back(
        {{"model.gate.top_k", "model.experts.count", "model.experts"},
         fmt::format("must not exceed the number of experts: {} of {}", *model.gate.top_k, model.experts.count)});
}

void check_solver(const Experiment& e, std::vector<Conflict>& found) {
  const Solver& solver = e.train.solver;
  if (!has_closed_form(e.train)) return;
  const std::string_view name = name_of(solver.kind);
  if (e.model.kind != ModelKind::linear_model)
    found.push_back({{"train.solver", "train.solver.kind", "model.kind"},
                     fmt::format("the solver \"{}\" needs the model \"linear_model\"", name)});
  else if (e.train.loss.kind != LossKind::mse)
    found.push_back({{"train.solver", "train.solver.kind", "train.loss", "train.loss.kind"},
                     fmt::format("\"{}\" minimizes the squared error; set train.loss to \"mse\"", name)});
  if (solver.kind == SolverKind::ridge && !solver.lambda)
    found.push_back({{"train.solver", "train.solver.lambda"}, "the solver \"ridge\" needs train.solver.lambda"});
}

// One number per layer or stage; maps not smaller than the kernel that goes over them.
void check_maps(const Experiment& e, std::vector<Conflict>& found) {
  const Model& model = e.model;
  const bool staged = model.kind == ModelKind::resnet;
  if (!has_maps(model)) return;
  const std::size_t layers = staged ? blocks(model).size() : channels(model).size();
  const auto lengths = [&](const std::vector<std::int64_t>& list, std::string_view path, std::string_view other) {
    if (list.size() == layers) return true;
    found.push_back({{path, other},
                     fmt::format("needs one number for each of the {} {}, has {}", layers, staged ? "stages" : "layers",
                                 list.size())});
    return false;
  };
  if (!lengths(strides(model), "model.strides", staged ? "model.blocks" : "model.channels") || staged) return;
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
    found.push_back(
        {{"model.kernels", "model.channels", "model.strides", "model.padding", "model.kind"},
         fmt::format("layer {}: a kernel of {} does not fit a map of {}", layer + 1, kernel, size(maps[layer]))});
  else
    found.push_back({{"model.max_pool", "model.channels", "model.strides", "model.padding", "model.kind"},
                     fmt::format("layer {}: a pooling window of {} does not fit a map of {}", layer + 1,
                                 max_pool(model)[layer], size(convolution.output(maps[layer], 1)))});
}

// Each stage of a resnet doubles the channels.
void check_stages(const Experiment& e, std::vector<Conflict>& found) {
  if (e.model.kind != ModelKind::resnet) return;
  auto width = e.model.width.value_or(1);
  for (std::size_t stage = 1; stage <= blocks(e.model).size(); ++stage, width *= 2)
    if (width > most_units)
      return found.push_back(
          {{"model.blocks", "model.width"},
           fmt::format("stage {} would have {} channels; the most is {}", stage, width, most_units)});
}

// Group norm divides the features of every layer evenly.
void check_norm_groups(const Experiment& e, std::vector<Conflict>& found) {
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
      found.push_back({{"model.norm.groups", "model.norm", "model.norm.kind"},
                       fmt::format("a width of {} is not divisible into {} groups", width, model.norm.groups)});
      return;
    }
}

void check_residual(const Experiment& e, std::vector<Conflict>& found) {
  if (e.model.kind != ModelKind::mlp || !e.model.residual) return;
  const std::vector<std::int64_t> widths = hidden_widths(e.model);
  if (widths.size() < 2 || std::ranges::adjacent_find(widths, std::ranges::not_equal_to{}) != widths.end())
    found.push_back({{"model.residual", "model.depth", "model.hidden"},
                     "a residual network needs at least two hidden layers, all of the same width"});
  if (e.model.norm.kind != NormKind::none && e.model.norm_position == NormPosition::after)
    found.push_back(
        {{"model.norm_position", "model.residual"}, "a residual network needs the norm before the activation"});
}

void check_init(const Experiment& e, std::vector<Conflict>& found) {
  if (e.model.init.scheme == InitScheme::constant && !e.model.init.value)
    found.push_back({{"model.init", "model.init.value"}, "the initializer \"constant\" needs model.init.value"});
}

}  // namespace

void check_model(const Experiment& e, std::vector<Conflict>& found) {
  check_features(e, found);
  check_mixture(e, found);
  check_solver(e, found);
  check_maps(e, found);
  check_stages(e, found);
  check_norm_groups(e, found);
  check_residual(e, found);
  check_init(e, found);
}

}  // namespace descent::config
