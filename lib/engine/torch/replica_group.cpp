#include "engine/torch/replica_group.h"

#include <c10/util/Exception.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstddef>
#include <limits>

#include "core/seeds.h"
#include "engine/initial_network.h"
#include "engine/torch/loss.h"
#include "engine/torch/precision.h"
#include "models/linear_model.h"
#include "plan/layers.h"

namespace descent::engine {
namespace {

std::shared_ptr<models::Network> network_on(at::Device device, const std::vector<const Replica*>& replicas) {
  const auto network = initial_network(replicas);
  network->to(device);
  return network;
}

// Views of the weights whose norms train.max_norm limits.
std::vector<at::Tensor> limited_weights(const config::Experiment& experiment, const models::Network& network) {
  std::vector<at::Tensor> limited;
  if (experiment.train.max_norm == 0) return limited;
  const auto parameters = network.named_parameters();
  for (const plan::Layer& layer : plan::layers_of(experiment))
    if (layer.kind != plan::Layer::Kind::norm && layer.trained && !layer.gives_outputs)
      limited.push_back(parameters[layer.name + ".weight"].detach());
  return limited;
}

// Recorded optimizer steps read learning rates in float32 from the device; ranks communicate through the host.
bool can_record_graphs(const config::Experiment& experiment, const TorchContext& context) {
  return !context.ranks && experiment.precision != config::Precision::float64 &&
         !config::has_closed_form(experiment.train);
}

std::vector<at::Tensor> copies_of(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> copies;
  for (const at::Tensor& tensor : tensors) copies.push_back(tensor.clone());
  return copies;
}

}  // namespace

ReplicaGroup::ReplicaGroup(std::vector<const Replica*> replicas, const TorchContext& context)
    : replicas_(std::move(replicas)), experiment_(*replicas_.front()->experiment), device_(context.device),
      options_(tensor_options(experiment_, device_)), network_(network_on(device_, replicas_)),
      graphs_(device_, can_record_graphs(experiment_, context) ? context.make_graph : MakeGraph(), context.notify),
      randomness_(std::make_shared<StepRandomness>(device_, !device_.is_cpu() || graphs_.enabled())),
      evaluator_(replicas_, options_, context.inputs, randomness_,
                 [this](std::size_t member) { return states_[member].step; }),
      optimizer_(replicas_, *network_), limited_(limited_weights(experiment_, *network_)),
      data_parallel_(context.ranks, *network_),
      measures_updates_(std::ranges::count(experiment_.probes.names, config::ProbeName::update_ratio) > 0),
      prepared_(replicas_, network_->blocks(), device_, graphs_.enabled()), states_(replicas_.size()) {
  network_->set_randomness(randomness_);
}

std::vector<at::Tensor> ReplicaGroup::training_state() const {
  std::vector<at::Tensor> all;
  for (const at::Tensor& parameter : network_->parameters()) all.push_back(parameter.detach());
  for (const at::Tensor& buffer : network_->buffers()) all.push_back(buffer);
  for (const at::Tensor& moment : optimizer_.moments()) all.push_back(moment);
  return all;
}

std::vector<std::optional<std::int64_t>> ReplicaGroup::advance(std::span<const std::size_t> active,
                                                               std::int64_t until) {
  if (config::has_closed_form(experiment_.train)) {
    for (const std::size_t member : active) solve(member, until);
    return std::vector<std::optional<std::int64_t>>(active.size());
  }
  std::vector<std::optional<std::int64_t>> diverged(replicas_.size());
  // The members at the lowest step advance together until they reach the step of the next one.
  for (;;) {
    std::vector<std::size_t> members;
    std::int64_t end = until;
    for (const std::size_t member : active) {
      const std::int64_t step = states_[member].step;
      if (diverged[member] || step >= until) continue;
      if (!members.empty() && step < states_[members.front()].step) {
        end = states_[members.front()].step;
        members.clear();
      }
      if (members.empty() || step == states_[members.front()].step) members.push_back(member);
      else end = std::min(end, step);
    }
    if (members.empty()) break;
    if (const auto stop = take_steps(members, end))
      for (const std::size_t member : stop->members) diverged[member] = stop->step;
  }
  std::vector<std::optional<std::int64_t>> result;
  for (const std::size_t member : active) result.push_back(diverged[member]);
  return result;
}

// Computes all members of the group, then restores those that are not in `members`. To avoid waiting for the device in
// each step, losses are checked at the end; if one is not finite, the steps before it are computed again.
std::optional<ReplicaGroup::Divergence> ReplicaGroup::take_steps(const std::vector<std::size_t>& members,
                                                                 std::int64_t end) {
  const std::int64_t begin = states_[members.front()].step;
  const std::vector<at::Tensor> tensors = training_state();
  const std::vector<at::Tensor> before = copies_of(tensors);
  const auto restore = [&] {
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].copy_(before[i]);
  };
  std::optional<Divergence> divergence;
  try {
    divergence = first_divergence(compute_steps(begin, end), members, begin);
    if (divergence) {
      end = divergence->step;
      restore();
      compute_steps(begin, end);
    }
  } catch (const c10::OutOfMemoryError&) {  // undo all steps
    network_->zero_grad();
    restore();
    if (graphs_.disable()) return take_steps(members, end);
    throw;
  }
  std::vector<std::int64_t> others;
  for (std::size_t r = 0; r < replicas_.size(); ++r)
    if (std::ranges::find(members, r) == members.end()) others.push_back(static_cast<std::int64_t>(r));
  if (!others.empty()) {
    const at::Tensor rows = torch::tensor(others, at::kLong).to(device_);
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].index_copy_(0, rows, before[i].index_select(0, rows));
  }
  for (const std::size_t member : members) {
    State& state = states_[member];
    if (end > state.step) measure_last_step(member);
    state.step = end;
  }
  return divergence;
}

std::optional<ReplicaGroup::Divergence> ReplicaGroup::first_divergence(const at::Tensor& losses,
                                                                       const std::vector<std::size_t>& members,
                                                                       std::int64_t begin) {
  const at::Tensor finite = losses.isfinite().cpu();
  for (std::int64_t step = 0; step < finite.size(0); ++step) {
    const bool* is_finite = finite.const_data_ptr<bool>() + step * finite.size(1);
    Divergence divergence{begin + step, {}};
    for (const std::size_t member : members)
      if (!is_finite[member]) divergence.members.push_back(member);
    if (!divergence.members.empty()) return divergence;
  }
  return std::nullopt;
}

// The losses of steps [begin, end): [steps, R].
at::Tensor ReplicaGroup::compute_steps(std::int64_t begin, std::int64_t end) {
  network_->train();
  return graphs_.on_stream([&] {
    prepared_.prepare(begin, end);
    std::vector<at::Tensor> losses;
    for (std::int64_t step = begin; step < end; ++step) {
      const bool measured = step + 1 == end;
      const StepResult result = compute_step(step, measured);
      losses.push_back(result.losses);
      if (measured) measured_ = result;
    }
    return losses.empty() ? torch::zeros({0, network_->replicas()}) : torch::stack(losses);
  });
}

StepResult ReplicaGroup::compute_step(std::int64_t step, bool measured) {
  const StepInputs inputs = prepared_.inputs(step);
  const std::vector<Optimizer::Group> groups = optimizer_.groups(step);
  const auto compute = [&](const StepInputs& in) { return compute_step(in, groups, measured); };
  const auto begin_pass = [&] {
    std::vector<PassSeed> seeds;
    for (const Replica* replica : replicas_)
      seeds.push_back({core::derive_seed(replica->seed, core::Purpose::dropout), static_cast<std::uint64_t>(step)});
    randomness_->begin_pass(std::move(seeds));
  };
  begin_pass();
  if (!graphs_.enabled()) return compute(inputs);
  StepGraphs::Key key{inputs.indices.size(1), measured, {}};
  for (const Optimizer::Group& group : groups) key.groups.push_back(group.count);
  if (const auto result = graphs_.launch(key, inputs, randomness_->generators(), compute)) return *result;
  network_->zero_grad();  // a failed recording may have left gradients and drawn random numbers
  begin_pass();
  return compute(inputs);
}

// Must take everything that changes from step to step from `inputs`, so that it can be recorded.
StepResult ReplicaGroup::compute_step(const StepInputs& inputs, const std::vector<Optimizer::Group>& groups,
                                      bool measured) {
  const Batch whole = inputs.batch(evaluator_.examples(config::Split::train), replicas_.front()->data.shape),
              batch = data_parallel_.part(whole);
  randomness_->set_uniforms(inputs.uniforms);
  randomness_->select_rows(data_parallel_.rows(whole.x.size(1)).first, whole.x.size(1));
  at::Tensor loss;
  {
    const PrecisionMode mode(experiment_, device_);
    loss = training_loss(experiment_.train.loss, *network_, network_->forward(batch.x), batch);
  }
  const at::Tensor extra = penalty(*network_);
  (extra.defined() ? loss + extra : loss).sum().backward();
  randomness_->select_rows(0, 0);
  StepResult result;
  result.losses = data_parallel_.reduce(loss.detach());
  const torch::NoGradGuard no_grad;
  if (measured || experiment_.train.clip_gradient_norm) result.gradient_norms = clip_gradients();
  measured &= measures_updates_;
  const std::vector<at::Tensor> before = measured ? copies_of(weights()) : std::vector<at::Tensor>();
  optimizer_.step(groups, inputs.updates, inputs.learning_rates);
  limit_norms();
  if (measured) result.update_ratios = update_ratios(before);
  return result;
}

// torch.nn.utils.clip_grad_norm_ for each replica. Returns the norms before clipping, [R].
at::Tensor ReplicaGroup::clip_gradients() {
  at::Tensor squares;
  for (const at::Tensor& parameter : network_->parameters()) {
    const at::Tensor sum = parameter.grad().flatten(1).square().sum(1);
    squares = squares.defined() ? squares + sum : sum;
  }
  const at::Tensor norms = squares.sqrt();
  if (!experiment_.train.clip_gradient_norm) return norms;
  const at::Tensor factors = (*experiment_.train.clip_gradient_norm / (norms + 1e-6)).clamp_max(1);
  for (const at::Tensor& parameter : network_->parameters()) {
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(parameter.dim()), 1);
    sizes[0] = -1;
    parameter.mutable_grad().mul_(factors.view(sizes));
  }
  return norms;
}

// Srivastava et al. 2014, section 5.1, for each replica and hidden unit.
void ReplicaGroup::limit_norms() {
  for (const at::Tensor& weight : limited_) {  // [R, out, ...]
    const at::Tensor units = weight.flatten(2);
    units.mul_((experiment_.train.max_norm / units.norm(2, 2, true)).clamp_max(1));
  }
}

// [R, weights]: norm of the update of each weight tensor divided by its norm before; 0 if all weights stayed 0.
at::Tensor ReplicaGroup::update_ratios(const std::vector<at::Tensor>& before) const {
  std::vector<at::Tensor> ratios;
  const std::vector<at::Tensor> after = weights();
  for (std::size_t i = 0; i < before.size(); ++i) {
    const at::Tensor change = (after[i] - before[i]).flatten(1).norm(2, 1, false, at::kDouble);
    ratios.push_back(torch::where(change == 0, change, change / before[i].flatten(1).norm(2, 1, false, at::kDouble)));
  }
  return torch::stack(ratios, 1);
}

void ReplicaGroup::measure_last_step(std::size_t member) {
  State& state = states_[member];
  state.gradient_norm = measured_.gradient_norms[static_cast<std::int64_t>(member)].item<double>();
  if (!measures_updates_) return;
  const at::Tensor ratios = measured_.update_ratios[static_cast<std::int64_t>(member)].cpu();
  state.update_ratios.assign(ratios.const_data_ptr<double>(), ratios.const_data_ptr<double>() + ratios.numel());
}

std::vector<at::Tensor> ReplicaGroup::weights() const {
  std::vector<at::Tensor> all;
  for (const at::Tensor& parameter : network_->parameters())
    if (parameter.dim() > 2) all.push_back(parameter.detach());  // biases and norms are [R, C]
  return all;
}

// Sets the weights to the closed-form solution for `step`.
void ReplicaGroup::solve(std::size_t member, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  State& state = states_[member];
  const auto r = static_cast<std::int64_t>(member);
  auto& model = dynamic_cast<models::LinearModelImpl&>(*network_);
  const at::Tensor readout = model.readout()->weight.detach()[r];  // [K, F]
  const at::Tensor intercept = model.readout()->bias;
  if (!state.closed_form) {
    const Examples& train = evaluator_.examples(config::Split::train);
    const Batch all = train.rows(0, train.size());
    at::Tensor phi = model.features(all.x)[r].to(at::kDouble).cpu();
    if (intercept.defined()) phi = torch::cat({phi, phi.new_ones({phi.size(0), 1})}, 1);
    const at::Tensor y = targets_of(all, readout.size(0))[r].to(at::kDouble).cpu();
    const double epsilon = readout.scalar_type() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                                : std::numeric_limits<float>::epsilon();
    state.closed_form.emplace(replicas_[member]->experiment->train, phi, y, epsilon);
  }
  const at::Tensor solution = state.closed_form->readout(step);
  readout.copy_(solution.narrow(0, 0, readout.size(1)).t());
  if (intercept.defined()) intercept.detach()[r].copy_(solution[readout.size(1)]);
  state.step = step;
}

}  // namespace descent::engine
