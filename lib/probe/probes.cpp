#include "probe/probes.h"

#include <algorithm>

#include "probe/measures.h"

namespace descent::probe {
namespace {

using config::ProbeName;

// The statistics are those of the whole probe batch, and no block is left out at random.
config::Model whole_batch(config::Model model) {
  model.norm.statistics_groups = 1;
  model.stochastic_depth = 0;
  return model;
}

std::int64_t affordable_rows(const config::Model& model, const fused::Layout& layout, std::int64_t cells) {
  std::int64_t of_example = 1;
  for (const plan::Layer& layer : plan::layers_of(model, layout.input, layout.outputs))
    if (layer.kind == plan::Layer::Kind::convolution) of_example += layer.positions * layer.out;
  return std::max(cells / of_example, std::int64_t{2});
}

template <class T>
void measure_one(ProbeName name, Look<T>& look, const Memory& memory, const Add& add) {
  switch (name) {
    case ProbeName::activation_mean: return Activations<T>::activation_mean(look, add);
    case ProbeName::activation_variance: return Activations<T>::activation_variance(look, add);
    case ProbeName::variance_factor: return Activations<T>::variance_factor(look, add);
    case ProbeName::saturated_fraction: return Activations<T>::saturated_fraction(look, add);
    case ProbeName::dead_fraction: return Activations<T>::dead_fraction(look, add);
    case ProbeName::batch_mean_spread: return Activations<T>::batch_mean_spread(look, add);
    case ProbeName::batch_variance_spread: return Activations<T>::batch_variance_spread(look, add);
    case ProbeName::mean_drift: return Activations<T>::mean_drift(look, memory, add);
    case ProbeName::sd_drift: return Activations<T>::sd_drift(look, memory, add);
    case ProbeName::gate_entropy: return Gates<T>::gate_entropy(look, add);
    case ProbeName::expert_usage: return Gates<T>::expert_usage(look, add);
    case ProbeName::gate_maximum: return Gates<T>::gate_maximum(look, add);
    case ProbeName::gradient_norm: return Gradients<T>::gradient_norm(look, add);
    case ProbeName::signal_gradient_norm: return Gradients<T>::signal_gradient_norm(look, add);
    case ProbeName::gradient_ratio: return Gradients<T>::gradient_ratio(look, add);
    case ProbeName::weight_norm: return Weights<T>::weight_norm(look, add);
    case ProbeName::update_ratio: return Weights<T>::update_ratio(look, add);
    case ProbeName::unit_distance: return Weights<T>::unit_distance(look, add);
    case ProbeName::weight_rank: return Weights<T>::weight_rank(look, add);
    case ProbeName::path_share:
      for (std::size_t k = 0; k < look.paths().share.size(); ++k)
        add("length=" + std::to_string(k), look.paths().share[k]);
      return;
    case ProbeName::path_length: return add("", look.paths().mean);
    case ProbeName::path_reach: return add("", look.paths().reach);
    case ProbeName::path_factor: return add("", look.paths().factor);
    case ProbeName::input_condition: return Weights<T>::input_condition(look, add);
    case ProbeName::symmetry_difference: return Trained<T>::symmetry_difference(look, add);
    case ProbeName::restored_difference: return;  // by train::Replica, once the weights are restored
    case ProbeName::lesion_error: return Trained<T>::lesion_error(look, add);
    case ProbeName::lesion_worst_error: return Trained<T>::lesion_worst_error(look, add);
  }
}

}  // namespace

bool is_taken_at_the_end(ProbeName name) {
  using enum ProbeName;
  return name == input_condition || name == symmetry_difference || name == restored_difference ||
         name == lesion_error || name == lesion_worst_error;
}

template <class T>
Probes<T>::Probes(const config::Experiment& experiment, const fused::Layout& layout, std::int64_t train_size)
    : rows_(std::min({most_rows, train_size, affordable_rows(experiment.model, layout, most_cells)})),
      network_(fused::make_network<T>(whole_batch(experiment.model), layout, rows_, experiment.train.loss.kind)) {
  network_->keep_activations(true);
}

template <class T>
void Probes<T>::measure(const Subject<T>& subject, bool at_moment, bool at_end, Memory& memory,
                        const std::function<void(ProbeName, std::string, double)>& add) {
  Look<T> look(subject, *network_, rows_);
  bool drifts = false;
  for (const ProbeName name : subject.experiment.probes.names) {
    if (!(is_taken_at_the_end(name) ? at_end : at_moment)) continue;
    drifts |= name == ProbeName::mean_drift || name == ProbeName::sd_drift;
    measure_one<T>(name, look, memory,
                   [&](std::string layer, double value) { add(name, std::move(layer), value); });
  }
  if (drifts) Activations<T>::remember_units(look, memory);
}

template class Probes<float>;
template class Probes<double>;

}  // namespace descent::probe
