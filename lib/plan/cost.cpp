#include "plan/cost.h"

#include <algorithm>
#include <utility>

#include "config/experiment.h"
#include "plan/layers.h"

namespace descent::plan {
namespace {

// Seconds, fitted to measurements by `descent plan --time` of 510 points of experiments/ on one 2.6 GHz core: with the
// engine that they choose, 60 % of the estimates lie within 25 %, 84 % within a factor of 2; probes are not counted.
struct Rates {
  double run, step, layer;          // per run, per step, per layer and step
  double row_product, map_product;  // per operation of linear maps, of convolutions
  double unit, pixel,
      normalized;  // per output of linear maps, of convolutions, and in addition if these are normalized
};
constexpr Rates fused_rates{5e-3, 1.5e-6, 0, 6.2e-12, 24e-12, 1.1e-9, 0, 36e-9};
constexpr Rates torch_rates{0.14, 1.4e-4, 1e-4, 26e-12, 32e-12, 0, 13e-9, 38e-9};

// Seconds of a closed form: per run; per operation of decomposition, features and readout; per input, output and
// Gaussian feature of an evaluated example. Fitted to 64 models with 6 to 8000 features and 25 to 4000 examples, of
// which 80 % lie within 30 %, on a core that trained the networks above 1.85 times as fast.
struct ClosedFormRates {
  double run = 6e-4, product = 90e-12, input = 1.1e-9, output = 22e-9, gaussian = 9e-9;
};

constexpr double drawn_number = 105e-9;  // seconds per number of generated data

// The number of examples in all evaluations of a run.
double evaluated_examples(const config::Experiment& e, std::int64_t steps) {
  const config::SplitSizes sizes = config::split_sizes(e.data);
  const config::Evaluate& evaluate = e.train.evaluate;
  const std::int64_t every = evaluate.every_steps
                                 ? *evaluate.every_steps
                                 : evaluate.every_epochs.value_or(1) * config::steps_per_epoch(e.train, sizes.train);
  const double count = evaluate.log_spaced ? static_cast<double>(std::min(*evaluate.log_spaced, 1 + steps))
                                           : 1 + static_cast<double>(steps) / static_cast<double>(every);
  std::int64_t examples = 0;
  for (const auto& [split, size] : {std::pair(config::Split::train, sizes.train),
                                    {config::Split::val, sizes.val},
                                    {config::Split::test, sizes.test}})
    if (config::is_evaluated(evaluate, split)) examples += size;
  return count * static_cast<double>(examples);
}

// The number of random numbers in the examples of a run; 0 if they are read from files.
double drawn_numbers(const config::Experiment& e) {
  if (!config::is_generated(e.data.name)) return 0;
  const config::SplitSizes sizes = config::split_sizes(e.data);
  return static_cast<double>((sizes.train + sizes.val + sizes.test) * config::data_facts(e.data).stored.features());
}

double closed_form_seconds(const config::Experiment& e) {
  const ClosedFormRates rates;
  const config::DataFacts facts = config::data_facts(e.data);
  const std::vector<Layer> layers = layers_of(e);
  double pass = forward_flops(layers) * rates.product + static_cast<double>(facts.shape.features()) * rates.input +
                static_cast<double>(facts.outputs) * rates.output;  // seconds per example
  if (e.model.features.kind == config::FeatureKind::gaussian_basis)
    pass += static_cast<double>(layers.back().in) * rates.gaussian;
  const std::int64_t steps = config::total_steps(e.train, config::split_sizes(e.data).train);
  return rates.run + run_flops(e) * rates.product + evaluated_examples(e, steps) * pass;
}

}  // namespace

double run_seconds(const config::Experiment& e) {
  const double drawing = drawn_numbers(e) * drawn_number;
  if (config::has_closed_form(e.train)) return drawing + closed_form_seconds(e);
  const std::int64_t train = config::split_sizes(e.data).train, total = config::total_steps(e.train, train);
  const double steps = static_cast<double>(total), evaluated = evaluated_examples(e, total);
  const std::vector<Layer> layers = layers_of(e);
  const bool fused = config::chosen_engine(e) == config::EngineKind::fused;
  const Rates& rates = fused ? fused_rates : torch_rates;
  double pass = 0;  // seconds per example, forward and backward
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
  return drawing + rates.run + steps * (rates.step + static_cast<double>(layers.size()) * rates.layer) +
         examples * pass;
}

}  // namespace descent::plan
