#include "engine/torch/observation.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "engine/evaluation.h"
#include "engine/torch/loss.h"
#include "engine/torch/precision.h"

namespace descent::engine {
namespace {

std::shared_ptr<models::Network> probe_network(const Replica& replica, const at::TensorOptions& options) {
  config::Model model = observed_model(replica.experiment->model);
  model.init = {.scheme = config::InitScheme::zeros};  // replaced by copy_tensors()
  const auto network =
      models::make_network(model, replica.data.shape, replica.data.outputs, 1, replica.experiment->train.loss.kind);
  network->to(options.device(), c10::typeMetaToScalarType(options.dtype()));
  network->set_dropout_rates({0});
  return network;
}

double norm_of(const at::Tensor& values) { return values.defined() ? values.to(at::kDouble).norm().item<double>() : 0; }

// A recorded activation [1, B, F] or [B, C, H, W] as [rows, features] on the CPU.
at::Tensor as_rows(const models::Network& network, const at::Tensor& values) {
  at::Tensor rows = network.of_replica(values.detach(), 0);
  if (rows.dim() > 2) rows = rows.movedim(1, -1).flatten(0, -2);
  return rows.cpu();
}

class NetworkObservation final : public Observation {
 public:
  explicit NetworkObservation(const Observed& observed)
      : observed_(observed), replica_(observed.evaluator.replica(observed.member)),
        first_(static_cast<std::int64_t>(observed.member)),
        rows_(observed_rows(replica_.experiment->model, replica_.data)),
        network_(probe_network(replica_, observed.evaluator.options())) {
    for (const NamedTensor& tensor : observed.tensors())
      tensors_.push_back(tensor.values.to(observed.evaluator.options().device()));
  }

  std::int64_t rows() const override { return rows_; }
  std::int64_t blocks() const override { return network_->blocks(); }
  std::vector<NamedTensor> tensors() const override { return observed_.tensors(); }

  std::vector<LayerActivation> activations(plan::ActivationKind kind) override {
    run_probe_batch();
    std::vector<LayerActivation> all;
    for (std::size_t i = 0; i < activations_.size(); ++i)
      if (activations_[i].kind == kind)
        all.push_back({activations_[i].layer, as_rows(*network_, activations_[i].values), norm_of(gradients_[i])});
    return all;
  }

  std::vector<LayerWeights> weights() override {
    run_probe_batch();
    const std::vector<double>& ratios = observed_.update_ratios;
    std::vector<LayerWeights> all;
    for (const models::NamedView& view : network_->tensors(0)) {
      if (!view.is_weight) continue;
      const std::string layer = view.name.substr(0, view.name.rfind('.'));
      const bool hidden = std::ranges::any_of(activations_, [&](const models::Activation& a) {
        return a.kind == plan::ActivationKind::linear && a.layer == layer;
      });
      all.push_back({layer, hidden, view.values.to(at::kCPU, view.values.scalar_type(), false, /*copy=*/true),
                     norm_of(view.values), std::nullopt});
      if (!ratios.empty()) all.back().update_ratio = ratios[all.size() - 1];
    }
    return all;
  }

  std::vector<double> weight_gradient_norms() override {
    run_probe_batch();
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
    has_probe_batch_ = false;
    copy_tensors();
    network_->set_block_paths(paths);
    network_->set_randomness(observed_.evaluator.randomness());
    network_->set_dropout_rates({replica_.experiment->model.dropout.rate});
    const SplitLoss test = observed_.evaluator.evaluate({*network_, first_}, config::Split::test).front();
    network_->set_dropout_rates({0});
    network_->set_block_paths({});
    return test.error.value_or(test.loss);
  }

  at::Tensor outputs(const std::vector<NamedTensor>& tensors) override {
    const torch::NoGradGuard no_grad;
    has_probe_batch_ = false;
    const auto views = network_->tensors(0);
    for (const NamedTensor& named : tensors)
      std::ranges::find(views, named.name, &models::NamedView::name)->values.copy_(named.values);
    network_->eval();
    return network_->forward(train().rows(0, rows_).narrow(0, first_, 1).x)[0].cpu();
  }

  at::Tensor inputs() override { return train().rows(0, train().size()).x[first_].cpu(); }

 private:
  const Examples& train() const { return observed_.evaluator.examples(config::Split::train); }

  // The loss of the first `examples` training examples, in training mode; fills activations_.
  at::Tensor loss_of(std::int64_t examples) {
    has_probe_batch_ = false;
    copy_tensors();
    network_->train();
    const Batch batch = train().rows(0, examples).narrow(0, first_, 1);
    activations_.clear();
    network_->record(&activations_);
    const PrecisionMode mode(*replica_.experiment, observed_.evaluator.options().device());
    const at::Tensor outputs = network_->forward(batch.x);
    network_->record(nullptr);
    return training_loss(replica_.experiment->train.loss, *network_, outputs, batch).sum();
  }

  void run_probe_batch() {
    if (has_probe_batch_) return;
    const at::Tensor loss = loss_of(rows_);
    const at::Tensor extra = penalty(*network_);
    std::vector<at::Tensor> all, differentiable;
    for (const models::Activation& activation : activations_) all.push_back(activation.values);
    for (const at::Tensor& parameter : network_->parameters())
      if (parameter.dim() > 2) all.push_back(parameter);
    const auto needs_gradient = [](const at::Tensor& t) { return t.requires_grad(); };
    std::ranges::copy_if(all, std::back_inserter(differentiable), needs_gradient);
    const auto found = torch::autograd::grad({extra.defined() ? loss + extra.sum() : loss}, differentiable, {},
                                             std::nullopt, false, /*allow_unused=*/true);
    gradients_.clear();
    auto next = found.begin();
    for (const at::Tensor& t : all) gradients_.push_back(needs_gradient(t) ? *next++ : at::Tensor());
    has_probe_batch_ = true;
  }

  // Needed before every pass, since passes in training mode update the running statistics.
  void copy_tensors() {
    const auto views = network_->tensors(0);
    for (std::size_t i = 0; i < views.size(); ++i) views[i].values.copy_(tensors_[i]);
  }

  const Observed observed_;
  const Replica& replica_;
  const std::int64_t first_;  // index of the replica in the evaluator
  const std::int64_t rows_;
  const std::shared_ptr<models::Network> network_;  // only this replica, with copies of its tensors
  std::vector<at::Tensor> tensors_;                 // in the order of network_->tensors(0)
  std::vector<models::Activation> activations_;     // of the last pass
  std::vector<at::Tensor> gradients_;               // of activations_, then of the weights; may be undefined
  bool has_probe_batch_ = false;                    // both belong to the probe batch
};

}  // namespace

std::unique_ptr<Observation> observe(const Observed& observed) {
  return std::make_unique<NetworkObservation>(observed);
}

}  // namespace descent::engine
