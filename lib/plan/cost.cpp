#include "plan/cost.h"

#include <utility>

#include "config/experiment.h"
#include "plan/layers.h"

namespace descent::plan {
namespace {

// Seconds, fitted to what `descent plan --time` measured for 510 points of experiments/ on one 2.6 GHz core: of those
// with the engine that they choose 60 % lie within 25 %, 84 % within a factor of 2; probes are not counted.
struct Rates {
  double run, step, layer;          // of a run; of a step; of a layer in a step
  double row_product, map_product;  // of an operation of linear maps, of convolutions
  double unit, pixel, normalized;   // of an output of linear maps, of convolutions, and more where these are normalized
};
constexpr Rates fused_rates{5e-3, 1.5e-6, 0, 6.2e-12, 24e-12, 1.1e-9, 0, 36e-9};
constexpr Rates torch_rates{0.14, 1.4e-4, 1e-4, 26e-12, 32e-12, 0, 13e-9, 38e-9};

// Examples that all evaluations of a run go through.
double evaluated_examples(const config::Experiment& e, std::int64_t steps) {
  const config::SplitSizes sizes = config::split_sizes(e.data);
  const config::Evaluate& evaluate = e.train.evaluate;
  const std::int64_t every = evaluate.every_steps
                                 ? *evaluate.every_steps
                                 : evaluate.every_epochs.value_or(1) * config::steps_per_epoch(e.train, sizes.train);
  const double count = evaluate.log_spaced ? static_cast<double>(*evaluate.log_spaced)
                                           : 1 + static_cast<double>(steps) / static_cast<double>(every);
  std::int64_t examples = 0;
  for (const auto& [split, size] : {std::pair(config::Split::train, sizes.train),
                                    {config::Split::val, sizes.val},
                                    {config::Split::test, sizes.test}})
    if (config::is_evaluated(evaluate, split)) examples += size;
  return count * static_cast<double>(examples);
}

}  // namespace

double run_seconds(const config::Experiment& e) {
  const std::int64_t train = config::split_sizes(e.data).train, total = config::total_steps(e.train, train);
  const double steps = static_cast<double>(total), evaluated = evaluated_examples(e, total);
  const std::vector<Layer> layers = layers_of(e);
  if (config::has_closed_form(e.train)) {
    double outputs = 0;
    for (const Layer& layer : layers) outputs += static_cast<double>(layer.out);
    return 2e-3 + run_flops(e) * 35e-12 + evaluated * outputs * 15e-9;
  }
  const bool fused = config::chosen_engine(e) == config::EngineKind::fused;
  const Rates& rates = fused ? fused_rates : torch_rates;
  double pass = 0;  // of an example forward and back
  const bool normalized = e.model.norm.kind != config::NormKind::none;
  for (const Layer& layer : layers) {
    const double outputs = static_cast<double>(layer.out * layer.positions), products = 3 * forward_flops({layer});
    switch (layer.kind) {
      case Layer::Kind::linear: pass += products * rates.row_product + outputs * rates.unit; break;
      case Layer::Kind::convolution:
        pass += products * rates.map_product + outputs * (rates.pixel + (normalized ? rates.normalized : 0));
        break;
      case Layer::Kind::norm: break;
    }
  }
  // The fused engine sorts the examples of a batch by expert.
  if (fused && e.model.kind == config::ModelKind::mixture_of_experts) pass *= 6;
  const double examples = steps * static_cast<double>(config::batch_size(e.train, train)) + evaluated / 3;
  return rates.run + steps * (rates.step + static_cast<double>(layers.size()) * rates.layer) + examples * pass;
}

}  // namespace descent::plan
