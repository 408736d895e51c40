#include "probe/probes.h"

#include <algorithm>

#include "probe/identities.h"
#include "probe/measures.h"

namespace descent::probe {
namespace {

using config::ProbeName;

// One row per instance size: "K=2", "K=4", "K=8".
template <class Function>
void for_sizes(const char* letter, std::initializer_list<std::int64_t> sizes, Function value, const Add& add) {
  for (const std::int64_t size : sizes) add(letter + std::string("=") + std::to_string(size), value(size));
}

void add_symmetry_difference(std::uint64_t seed, const Add& add) {
  for (const auto activation : {config::Activation::tanh, config::Activation::relu})
    add(std::string(config::name_of(activation)), count_symmetries(activation, 4, seed).difference);
}

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
  const auto seed = static_cast<std::uint64_t>(look.subject.seed);
  const auto with_seed = [&](double (*identity)(std::int64_t, std::uint64_t)) {
    return [=](std::int64_t size) { return identity(size, seed); };
  };
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
    case ProbeName::identity_tanh_symmetries:
    case ProbeName::identity_relu_symmetries: {
      const auto activation = name == ProbeName::identity_tanh_symmetries ? config::Activation::tanh
                                                                          : config::Activation::relu;
      const auto count = [&](std::int64_t units) {
        return static_cast<double>(count_symmetries(activation, units, seed).equivalent);
      };
      return for_sizes("M", {2, 3, 4}, count, add);
    }
    case ProbeName::identity_symmetry_difference: return add_symmetry_difference(seed, add);
    case ProbeName::identity_relu_rescaling: return add("", rescaling_difference(4, seed));
    case ProbeName::identity_default_init_bound:
      return for_sizes("fan_in", {16, 64, 256}, with_seed(default_init_bound), add);
    case ProbeName::identity_default_init_sd:
      return for_sizes("fan_in", {16, 64, 256}, with_seed(default_init_sd), add);
    case ProbeName::identity_running_statistics: return add("", running_statistics_difference(seed));
    case ProbeName::identity_predicted_company: return add("", predicted_company_difference(seed));
    case ProbeName::identity_trained_company: return add("", trained_company_difference(seed));
    case ProbeName::identity_synchronized: return for_sizes("K", {2, 4, 8}, with_seed(synchronized_difference), add);
    case ProbeName::identity_group_difference: return for_sizes("K", {2, 4, 8}, with_seed(group_difference), add);
    case ProbeName::identity_variance_sum: return for_sizes("K", {2, 4, 8}, with_seed(variance_sum_difference), add);
    case ProbeName::identity_layer_norm_groups:
      return for_sizes("K", {2, 4, 8}, with_seed(layer_norm_group_difference), add);
    case ProbeName::identity_batch_mean_noise: return for_sizes("n", {4, 16, 64}, with_seed(batch_mean_noise), add);
    case ProbeName::identity_batch_variance_noise:
      return for_sizes("n", {4, 16, 64}, with_seed(batch_variance_noise), add);
    case ProbeName::identity_normalized_units: return add("", normalized_unit_difference(seed));
    case ProbeName::identity_norm_undone: return add("", undone_norm_difference(seed));
    case ProbeName::identity_geometric_mean:
      return for_sizes("M", {4, 8, 12}, with_seed(geometric_mean_difference), add);
    case ProbeName::identity_arithmetic_mean:
      return for_sizes("M", {4, 8, 12}, with_seed(arithmetic_mean_difference), add);
    case ProbeName::identity_path_sum: return add("", sum_paths(seed).sum_difference);
    case ProbeName::identity_path_counts: return add("", sum_paths(seed).count_difference);
    case ProbeName::identity_path_factor: return add("", sum_paths(seed).factor_per_block);
    case ProbeName::identity_gradient_descent:
      return for_sizes("steps", {100, 1000}, with_seed(iterate_difference), add);
    case ProbeName::identity_filter_factors:
      return for_sizes("steps", {100, 1000}, filter_difference, add);
    case ProbeName::identity_ambiguity: return add("", ambiguity_difference(seed));
  }
}

}  // namespace

bool is_taken_at_the_end(ProbeName name) { return name >= ProbeName::input_condition; }

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
