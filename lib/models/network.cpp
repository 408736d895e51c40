#include "models/network.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "models/convnet.h"
#include "models/linear_model.h"
#include "models/mixture.h"
#include "models/mlp.h"
#include "models/resnet.h"

namespace descent::models {

void Randomness::fill_dropout_mask(std::int64_t, std::int64_t, double rate, const at::Tensor& mask) {
  mask.bernoulli_(1 - rate).div_(1 - rate);
}

at::Tensor Randomness::branch_scales(std::int64_t, double survival, std::int64_t replicas, const at::Tensor& x) {
  return torch::empty({replicas}, x.options()).bernoulli_(survival).div_(survival);
}

Network::Network(std::int64_t replicas, const config::Model& model, bool over_maps)
    : model_(model), replicas_(replicas), over_maps_(over_maps),
      rates_(static_cast<std::size_t>(replicas), model.dropout.rate) {}

namespace {

void initialize_layers(const Network& network, std::int64_t replica, const config::Init& init,
                       at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : network.modules(false))
    if (auto* layer = dynamic_cast<Layer*>(module.get())) layer->initialize(replica, init, generator);
}

}  // namespace

void Network::initialize(std::int64_t replica, const config::Init& init, std::int64_t seed) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(seed));
  initialize_layers(*this, replica, init, generator);
}

void Network::initialize_all(const config::Init& init) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  for (std::int64_t r = 0; r < replicas_; ++r) initialize_layers(*this, r, init, generator);
}

std::vector<NamedView> Network::tensors(std::int64_t replica) const {
  std::vector<NamedView> all;
  for (const auto& module : named_modules(std::string(), false)) {
    const bool normalizes = dynamic_cast<NormImpl*>(module.value().get()) != nullptr;
    const auto add = [&](const auto& tensors, bool trained) {
      for (const auto& tensor : tensors)
        all.push_back({module.key() + "." + tensor.key(), tensor.value().detach()[replica],
                       trained && !normalizes && tensor.key() == "weight"});
    };
    add(module.value()->named_parameters(false), true);
    add(module.value()->named_buffers(false), false);
  }
  return all;
}

at::Tensor Network::of_replica(const at::Tensor& values, std::int64_t replica) const {
  if (!over_maps_) return values[replica];
  const std::int64_t channels = values.size(1) / replicas_;
  return values.narrow(1, replica * channels, channels);
}

at::Tensor Network::dropout(std::int64_t layer, const at::Tensor& x) {
  if (!is_training() && !predicts_with_dropout_) return x;
  if (std::ranges::all_of(rates_, [](double rate) { return rate == 0; })) return x;
  std::vector<std::int64_t> sizes = x.sizes().vec();
  if (model_.dropout.kind == config::DropoutKind::channel) std::fill(sizes.begin() + 2, sizes.end(), 1);
  const at::ScalarType precision = c10::promoteTypes(x.scalar_type(), at::kFloat);
  const at::Tensor mask = torch::ones(sizes, x.options().dtype(precision).requires_grad(false));
  for (std::int64_t r = 0; r < replicas_; ++r)
    if (const double rate = rates_[static_cast<std::size_t>(r)]; rate > 0)
      randomness_->fill_dropout_mask(layer, r, rate, of_replica(mask, r));
  return (x * mask).to(x.scalar_type());
}

at::Tensor Network::add_branch(std::int64_t block, const at::Tensor& shortcut, const at::Tensor& branch,
                               double survival) {
  switch (path(block)) {
    case plan::ResidualPath::shortcut: return is_training() ? shortcut + branch.detach() : shortcut;
    case plan::ResidualPath::branch: return is_training() ? shortcut.detach() + branch : shortcut + branch;
    case plan::ResidualPath::full: break;
  }
  if (!is_training() || survival == 1) return shortcut + branch;
  const at::Tensor scales = randomness_->branch_scales(block, survival, replicas_, branch);
  std::vector<std::int64_t> per_channel(static_cast<std::size_t>(branch.dim()), 1);
  per_channel[1] = branch.size(1);
  return shortcut + branch * scales.repeat_interleave(branch.size(1) / replicas_).view(per_channel);
}

plan::ResidualPath Network::path(std::int64_t block) const {
  return block >= 0 && block < std::ssize(paths_) ? paths_[static_cast<std::size_t>(block)] : plan::ResidualPath::full;
}

bool Network::skips(std::int64_t block) const { return !is_training() && path(block) == plan::ResidualPath::shortcut; }

at::Tensor Network::normalize(Norm norm, const std::string& name, const at::Tensor& x) {
  add_record(name, plan::ActivationKind::norm_input, x);
  return norm->forward(x);
}

at::Tensor Network::activate(const std::string& name, const at::Tensor& x) {
  add_record(name, plan::ActivationKind::pre_activation, x);
  const at::Tensor y = models::activate(model_.activation, x);
  add_record(name, plan::ActivationKind::activation, y);
  return y;
}

at::Tensor Network::normalize_and_activate(const Norm& norm, const std::string& name, const at::Tensor& x) {
  if (!norm) return activate(name, x);
  const bool after = model_.norm_position == config::NormPosition::after && model_.kind != config::ModelKind::resnet;
  return after ? normalize(norm, name, activate(name, x)) : activate(name, normalize(norm, name, x));
}

void Network::add_record(const std::string& layer, plan::ActivationKind kind, const at::Tensor& values) {
  if (activations_) activations_->push_back({layer, kind, values});
}

std::shared_ptr<Network> make_network(const config::Model& model, const config::Shape& input, std::int64_t outputs,
                                      std::int64_t replicas, config::LossKind loss) {
  switch (model.kind) {
    case config::ModelKind::mlp: return std::make_shared<MlpImpl>(model, input.features(), outputs, replicas);
    case config::ModelKind::cnn: return std::make_shared<ConvNetImpl>(model, input, outputs, replicas);
    case config::ModelKind::resnet: return std::make_shared<ResNetImpl>(model, input, outputs, replicas);
    case config::ModelKind::linear_model:
      return std::make_shared<LinearModelImpl>(model, input.features(), outputs, replicas);
    case config::ModelKind::mixture_of_experts:
      return std::make_shared<MixtureOfExpertsImpl>(model, input.features(), outputs, replicas, loss);
  }
  __builtin_unreachable();
}

}  // namespace descent::models
