// The inside of a network of the torch engine.

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "engine/evaluation.h"
#include "engine/torch/loss.h"
#include "engine/torch/precision.h"
#include "engine/torch/replica_group.h"

namespace descent::engine {
namespace {

std::shared_ptr<models::Network> probe_network(const Replica& replica, const at::TensorOptions& options) {
  const auto network = models::make_network(observed_model(replica.experiment->model), replica.data.shape,
                                            replica.data.outputs, 1, replica.experiment->train.loss.kind);
  network->to(options.device(), c10::typeMetaToScalarType(options.dtype()));
  network->set_dropout_rates({0});
  return network;
}

double norm_of(const at::Tensor& values) { return values.defined() ? values.to(at::kDouble).norm().item<double>() : 0; }

// Of a recorded layer [1, B, F] or [B, C, H, W]: [rows, features] on the CPU.
at::Tensor as_rows(const models::Network& network, const at::Tensor& values) {
  at::Tensor own = network.of_replica(values.detach(), 0);
  if (own.dim() > 2) own = own.movedim(1, -1).flatten(0, -2);
  return own.cpu();
}

class TorchObservation final : public Observation {
 public:
  TorchObservation(ReplicaGroup& group, std::size_t member)
      : group_(group), member_(member),
        rows_(observed_rows(group.replica(member).experiment->model, group.replica(member).data)),
        network_(
            probe_network(group.replica(member), tensor_options(*group.replica(member).experiment, group.device()))) {
    copy_tensors();
  }

  std::int64_t rows() const override { return rows_; }
  std::int64_t blocks() const override { return network_->blocks(); }
  std::vector<NamedTensor> tensors() const override { return group_.tensors(member_); }

  std::vector<LayerActivation> activations(plan::ActivationKind kind) override {
    pass();
    std::vector<LayerActivation> all;
    for (std::size_t i = 0; i < activations_.size(); ++i)
      if (activations_[i].kind == kind)
        all.push_back({activations_[i].layer, as_rows(*network_, activations_[i].values), norm_of(gradients_[i])});
    return all;
  }

  std::vector<LayerWeights> weights() override {
    pass();
    const std::vector<double>& ratios = group_.state(member_).update_ratios;
    std::vector<LayerWeights> all;
    for (const models::NamedView& view : group_.network().tensors(static_cast<std::int64_t>(member_))) {
      if (!view.is_weight) continue;
      const std::string layer = view.name.substr(0, view.name.rfind('.'));
      const bool hidden = std::ranges::any_of(activations_, [&](const models::Activation& a) {
        return a.kind == plan::ActivationKind::linear && a.layer == layer;
      });
      all.push_back({layer, hidden, view.values.cpu(), norm_of(view.values), std::nullopt});
      if (!ratios.empty()) all.back().update_ratio = ratios[all.size() - 1];
    }
    return all;
  }

  std::vector<double> weight_gradient_norms() override {
    pass();
    std::vector<double> norms;
    for (std::size_t i = activations_.size(); i < gradients_.size(); ++i) norms.push_back(norm_of(gradients_[i]));
    return norms;
  }

  double path_gradient_norm(std::int64_t examples, const std::vector<plan::ResidualPath>& paths) override {
    network_->set_block_paths(paths);
    const at::Tensor loss = loss_of(examples);
    network_->set_block_paths({});
    return norm_of(torch::autograd::grad({loss}, {activations_.front().values}, {}, std::nullopt, false, true).front());
  }

  double test_error(const std::vector<plan::ResidualPath>& paths) override {
    passed_ = false;
    copy_tensors();
    network_->set_block_paths(paths);
    network_->set_randomness(group_.randomness());
    network_->set_dropout_rates({group_.replica(member_).experiment->model.dropout.rate});
    const SplitLoss test =
        group_.evaluate({*network_, static_cast<std::int64_t>(member_)}, config::Split::test).front();
    network_->set_dropout_rates({0});
    network_->set_block_paths({});
    return test.error.value_or(test.loss);
  }

  at::Tensor outputs(const std::vector<NamedTensor>& tensors) override {
    const torch::NoGradGuard no_grad;
    passed_ = false;
    const auto own = network_->tensors(0);
    for (const NamedTensor& named : tensors)
      std::ranges::find(own, named.name, &models::NamedView::name)->values.copy_(named.values);
    network_->eval();
    const Batch batch =
        group_.examples(config::Split::train).rows(0, rows_).of_replicas(static_cast<std::int64_t>(member_), 1);
    return network_->forward(batch.x)[0].cpu();
  }

  at::Tensor inputs() override {
    const Examples& train = group_.examples(config::Split::train);
    return train.rows(0, train.size()).x[static_cast<std::int64_t>(member_)].cpu();
  }

 private:
  // The loss of the first `examples` training examples, in training mode; leaves what the layers compute.
  at::Tensor loss_of(std::int64_t examples) {
    passed_ = false;
    copy_tensors();  // training mode moves the running statistics
    network_->train();
    const Batch batch =
        group_.examples(config::Split::train).rows(0, examples).of_replicas(static_cast<std::int64_t>(member_), 1);
    activations_.clear();
    network_->record(&activations_);
    const PrecisionMode mode(*group_.replica(member_).experiment, group_.device());
    const at::Tensor outputs = network_->forward(batch.x);
    network_->record(nullptr);
    return training_loss(group_.replica(member_).experiment->train.loss, *network_, outputs, batch).sum();
  }

  void pass() {
    if (passed_) return;
    const at::Tensor loss = loss_of(rows_);
    const at::Tensor extra = penalty(*network_);
    std::vector<at::Tensor> wanted;
    for (const models::Activation& activation : activations_) wanted.push_back(activation.values);
    for (const at::Tensor& parameter : network_->parameters())
      if (parameter.dim() > 2) wanted.push_back(parameter);
    std::erase_if(wanted, [](const at::Tensor& t) { return !t.requires_grad(); });
    const auto found = torch::autograd::grad({extra.defined() ? loss + extra.sum() : loss}, wanted, {}, std::nullopt,
                                             false, /*allow_unused=*/true);
    gradients_.clear();
    std::size_t next = 0;
    const auto add = [&](const at::Tensor& t) {
      gradients_.push_back(t.requires_grad() ? found[next++] : at::Tensor());
    };
    for (const models::Activation& activation : activations_) add(activation.values);
    for (const at::Tensor& parameter : network_->parameters())
      if (parameter.dim() > 2) add(parameter);
    passed_ = true;
  }

  void copy_tensors() {
    const auto from = group_.network().tensors(static_cast<std::int64_t>(member_)), to = network_->tensors(0);
    for (std::size_t i = 0; i < to.size(); ++i) to[i].values.copy_(from[i].values);
  }

  ReplicaGroup& group_;
  const std::size_t member_;
  const std::int64_t rows_;
  const std::shared_ptr<models::Network> network_;  // of this replica alone, with copies of its tensors
  std::vector<models::Activation> activations_;     // of the last pass
  std::vector<at::Tensor> gradients_;               // parallel to activations_, then of the weights; may be undefined
  bool passed_ = false;                             // both are of the probe batch
};

}  // namespace

std::unique_ptr<Observation> observe(ReplicaGroup& group, std::size_t member) {
  return std::make_unique<TorchObservation>(group, member);
}

}  // namespace descent::engine
