#include "plan/export/python_class.h"

#include <fmt/format.h>

#include "core/text.h"

namespace descent::plan {

using config::NormKind;

std::string PythonClass::text() const {
  std::string text = fmt::format("class {}(nn.Module):\n    \"\"\"{}\"\"\"\n\n", name, help);
  text += fmt::format("    def __init__(self{}):\n        super().__init__()\n", arguments);
  for (const std::string& line : constructor) text += "        " + line + "\n";
  text += "\n    def forward(self, x):\n";
  for (const std::string& line : forward) text += "        " + line + "\n";
  return text;
}

bool PythonLayers::has_own_batch_norm() const {
  const config::Norm& norm = model_.norm;
  return norm.kind == NormKind::batch &&
         (norm.predict_with == config::PredictWith::batch || (norm.statistics_groups > 1 && !norm.synchronized));
}

std::string PythonLayers::norm(std::string_view channels) const {
  const config::Norm& norm = model_.norm;
  std::string options;
  if (norm.epsilon != 1e-5 || norm.kind == NormKind::rms)
    options += fmt::format(", eps={}", core::format_number(norm.epsilon));
  if (norm.kind == NormKind::batch && norm.momentum != 0.1)
    options += fmt::format(", momentum={}", core::format_number(norm.momentum));
  const bool is_flat = dimensions_ == 0;
  const auto affine = [&](std::string_view name) { return norm.affine ? "" : fmt::format(", {}=False", name); };
  switch (norm.kind) {
    case NormKind::none: return "";
    case NormKind::batch:
      return fmt::format("{}BatchNorm{}d({}{}{})", has_own_batch_norm() ? "" : "nn.", is_flat ? 1 : dimensions_,
                         channels, options, affine("affine"));
    case NormKind::layer:
      if (is_flat) return fmt::format("nn.LayerNorm({}{}{})", channels, options, affine("elementwise_affine"));
      return fmt::format("nn.GroupNorm(1, {}{}{})", channels, options, affine("affine"));
    case NormKind::group:
      return fmt::format("nn.GroupNorm({}, {}{}{})", norm.groups, channels, options, affine("affine"));
    case NormKind::rms:
      return fmt::format("{}RMSNorm({}{}{})", is_flat ? "nn." : "", channels, options, affine("elementwise_affine"));
  }
  __builtin_unreachable();
}

std::string PythonLayers::convolution(std::string_view in, std::string_view out, std::string_view window,
                                      bool bias) const {
  return fmt::format("nn.Conv{}d({}, {}, {}{})", dimensions_, in, out, window, bias ? "" : ", bias=False");
}

std::string PythonLayers::dropout() const {
  const bool channel = model_.dropout.kind == config::DropoutKind::channel;
  return fmt::format("nn.Dropout{}({})", channel ? fmt::format("{}d", dimensions_) : "",
                     core::format_number(model_.dropout.rate));
}

std::string PythonLayers::activated(const std::string& x) const {
  using config::Activation;
  switch (model_.activation) {
    case Activation::relu: return "F.relu(" + x + ")";
    case Activation::tanh: return "torch.tanh(" + x + ")";
    case Activation::sigmoid: return "torch.sigmoid(" + x + ")";
    case Activation::gelu: return "F.gelu(" + x + ")";
    case Activation::leaky_relu: return "F.leaky_relu(" + x + ", 0.01)";
    case Activation::silu: return "F.silu(" + x + ")";
    case Activation::identity: return x;
  }
  __builtin_unreachable();
}

std::string PythonLayers::normalized(const std::string& norm, const std::string& x) const {
  return model_.norm.kind == NormKind::none ? x : norm + "(" + x + ")";
}

std::string PythonLayers::dropped(const std::string& x) const {
  return model_.dropout.rate > 0 ? "self.dropout(" + x + ")" : x;
}

std::string PythonLayers::max_pooled(const std::string& x, std::string_view window) const {
  return fmt::format("F.max_pool{}d({}, {})", dimensions_, x, window);
}

std::string PythonLayers::hidden(const std::string& norm, const std::string& x) const {
  if (model_.norm_position == config::NormPosition::after) return normalized(norm, activated(x));
  return activated(normalized(norm, x));
}

std::string PythonLayers::helper_classes() const {
  if (model_.norm.kind == NormKind::rms && dimensions_ > 0)
    return R"(class RMSNorm(nn.Module):
    """Divides each example by its root mean square; one gamma per channel."""

    def __init__(self, channels, eps, elementwise_affine=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels)) if elementwise_affine else None

    def forward(self, x):
        x = x * torch.rsqrt(x.square().flatten(1).mean(1) + self.eps).view(-1, *[1] * (x.dim() - 1))
        return x if self.weight is None else x * self.weight.view(-1, *[1] * (x.dim() - 2))


)";
  if (!has_own_batch_norm()) return "";
  const config::Norm& norm = model_.norm;
  const bool batch_in_evaluation = norm.predict_with == config::PredictWith::batch;
  const bool in_groups = norm.statistics_groups > 1 && !norm.synchronized;
  const std::int64_t dimensions = dimensions_ == 0 ? 1 : dimensions_;
  std::string help = in_groups ? "Training normalizes each part of a batch separately" : "";
  if (batch_in_evaluation)
    help += std::string(in_groups ? "; evaluation" : "Evaluation also") + " uses the statistics of the batch";
  std::string text = fmt::format(
      "class BatchNorm{0}d(nn.BatchNorm{0}d):\n    \"\"\"{1}.\"\"\"\n\n    def forward(self, x):\n", dimensions, help);
  if (batch_in_evaluation)
    text +=
        "        if not self.training:\n"
        "            return F.batch_norm(x, None, None, self.weight, self.bias, True, 0, self.eps)\n";
  if (!in_groups) return text + "        return super().forward(x)\n\n\n";
  if (!batch_in_evaluation) text += "        if not self.training:\n            return super().forward(x)\n";
  return text + fmt::format(
                    "        first, *others = x.chunk({})\n"
                    "        others = [F.batch_norm(part, None, None, self.weight, self.bias, True, 0, "
                    "self.eps) for part in others]\n"
                    "        return torch.cat([super().forward(first), *others])\n\n\n",
                    norm.statistics_groups);
}

std::string to_maps(const Architecture& architecture) {
  const config::Shape& input = architecture.input;
  if (architecture.is_signal()) return fmt::format("x = x.reshape(-1, {}, {})", input.channels, input.width);
  return fmt::format("x = x.reshape(-1, {}, {}, {})", input.channels, input.height, input.width);
}

}  // namespace descent::plan
