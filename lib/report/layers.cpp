#include "report/layers.h"

#include <fmt/format.h>

#include <algorithm>

#include "claims/domain.h"
#include "core/text.h"
#include "plan/layer_table.h"
#include "report/table.h"

namespace descent::report {
namespace {

std::string table_of(const std::vector<plan::LayerRow>& layers, const Screen& screen) {
  std::vector<std::vector<std::string>> rows{{"layer", "kind", "output", "parameters", "fan-in", "initial sd"}};
  for (const plan::LayerRow& layer : layers)
    rows.push_back({layer.name, layer.kind, fmt::format("{}", fmt::join(layer.output, " x ")),
                    std::to_string(layer.parameters), layer.fan_in ? std::to_string(*layer.fan_in) : "-",
                    layer.initial_sd ? fmt::format("{:.4g}", *layer.initial_sd) : "-"});
  return laid_out(rows, screen, {0, 1});
}

}  // namespace

std::string layers_text(const plan::Plan& plan, const Screen& screen) {
  std::vector<std::pair<std::vector<plan::LayerRow>, std::vector<std::size_t>>> networks;  // and their points
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    std::vector<plan::LayerRow> layers = plan::layer_table(plan.points[point].experiment);
    const auto same = std::ranges::find(networks, layers, [](const auto& network) { return network.first; });
    if (same != networks.end()) same->second.push_back(point);
    else networks.push_back({std::move(layers), {point}});
  }
  const claims::Domain domain(plan);
  std::string text;
  for (const auto& [layers, points] : networks) {
    const config::Experiment& experiment = plan.points[points[0]].experiment;
    if (networks.size() > 1)
      text += fmt::format("{}{}{}\n", text.empty() ? "" : "\n", core::printable(domain.settings(points[0], ", ")),
                          points.size() > 1 ? fmt::format(" and {} more", points.size() - 1) : "");
    text += table_of(layers, screen);
    text +=
        core::counted(static_cast<std::size_t>(plan::parameter_count(plan::layers_of(experiment))), "parameter") + "\n";
    if (const std::string warning = plan::early_shrinking(experiment); !warning.empty())
      text += "warning: " + warning + "\n";
  }
  return text;
}

}  // namespace descent::report
