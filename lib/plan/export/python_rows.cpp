// The networks for flat inputs: perceptrons, linear models, mixtures of experts.

#include "core/text.h"
#include "plan/export/python_class.h"

namespace descent::plan {

std::vector<PythonClass> mlp_classes(const Architecture& mlp, const std::string& name) {
  const config::Model& model = mlp.model;
  const PythonLayers layers(model, 0);
  const std::vector<std::int64_t> widths = config::hidden_widths(model);
  PythonClass result{name, fmt::format("[B, {}] -> [B, {}]", mlp.input.features(), mlp.outputs)};
  std::int64_t in = mlp.input.features();
  const std::string sum = model.residual ? "z" : "x";
  for (std::size_t i = 0; i <= widths.size(); ++i) {
    const bool last = i == widths.size();
    const std::int64_t out = last ? mlp.outputs : widths[i];
    result.constructor.add("self.linear{} = nn.Linear({}, {})", i, in, out);
    if (!last && mlp.has_norm()) result.constructor.add("self.norm{} = {}", i, layers.norm(std::to_string(out)));
    in = out;
    const auto linear = [&](const std::string& x) { return fmt::format("self.linear{}({})", i, x); };
    const auto hidden = [&](std::size_t layer, const std::string& z) {
      return layers.dropped(layers.hidden(fmt::format("self.norm{}", layer), z));
    };
    if (!model.residual) {
      result.forward.add(last ? "return " + linear("x") : "x = " + hidden(i, linear("x")));
    } else {
      const std::string h = i == 0 ? linear("x") : linear(hidden(i - 1, "z"));
      result.forward.add(last ? "return " + h : i == 0 ? "z = " + h : "z = z + " + h);
    }
  }
  if (model.dropout.rate > 0) result.constructor.add("self.dropout = " + layers.dropout());
  return {result};
}

std::vector<PythonClass> linear_model_classes(const Architecture& linear_model) {
  const config::Model& model = linear_model.model;
  const std::int64_t inputs = linear_model.input.features(), count = config::feature_count(model, inputs);
  PythonClass result{"LinearModel", fmt::format("[B, {}] -> [B, {}]", inputs, linear_model.outputs)};
  switch (model.features.kind) {
    case config::FeatureKind::raw: break;
    case config::FeatureKind::random_relu:
      result.constructor.add("self.features = nn.Linear({}, {}).requires_grad_(False)  # random", inputs, count);
      result.forward.add("x = F.relu(self.features(x))");
      break;
    case config::FeatureKind::gaussian_basis: {
      const auto [first, last] = model.features.centers;
      result.forward.add("centers = torch.linspace({}, {}, {}, dtype=x.dtype, device=x.device)",
                         core::format_number(first), core::format_number(last), count);
      result.forward.add("x = torch.exp(-0.5 * ((x - centers) / {}).square())",
                         core::format_number(model.features.scale));
    }
  }
  result.constructor.add("self.readout = nn.Linear({}, {}{})", count, linear_model.outputs,
                         model.intercept ? "" : ", bias=False");
  result.forward.add("return self.readout(x)");
  return {result};
}

std::vector<PythonClass> mixture_classes(const Architecture& mixture) {
  const config::Model& model = mixture.model;
  const std::int64_t count = model.experts.count, top_k = model.gate.top_k.value_or(count);
  const bool mixes_probabilities = mixture.loss == config::LossKind::cross_entropy;
  std::vector<PythonClass> all = mlp_classes({config::gate_model(model), mixture.input, count, mixture.loss}, "Gate");
  all.push_back(
      mlp_classes({config::expert_model(model), mixture.input, mixture.outputs, mixture.loss}, "Expert").front());
  PythonClass result{"MixtureOfExperts",
                     fmt::format("[B, {}] -> [B, {}]{}", mixture.input.features(), mixture.outputs,
                                 mixes_probabilities ? ", the logarithms of the mixture's class probabilities" : "")};
  result.constructor = {"self.gate = Gate()", fmt::format("for i in range({}):", count),
                        "    self.add_module(f\"expert{i}\", Expert())"};
  result.forward = {"gates = self.gate(x)"};
  if (top_k < count) {
    result.forward.add("others = gates.detach().argsort(dim=-1, descending=True, stable=True)[:, {}:]", top_k);
    result.forward.add("gates = gates.scatter(-1, others, -torch.inf)");
  }
  result.forward.add("log_gates = F.log_softmax(gates, -1).unsqueeze(2)  # [B, experts, 1]");
  result.forward.add("outputs = torch.stack([self.get_submodule(f\"expert{{i}}\")(x) for i in range({})], 1)", count);
  result.forward.add(mixes_probabilities ? "return torch.logsumexp(log_gates + F.log_softmax(outputs, -1), 1)"
                                         : "return (log_gates.exp() * outputs).sum(1)");
  all.push_back(std::move(result));
  return all;
}

}  // namespace descent::plan
