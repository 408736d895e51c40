// The inside of a network of the fused engine.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/evaluation.h"
#include "engine/fused/replica_state.h"
#include "fused/tensors.h"

namespace descent::engine {
namespace {

// "linear3" of "linear3.weight".
std::string layer_of(const fused::TensorSlot& tensor) { return tensor.name.substr(0, tensor.name.rfind('.')); }

template <class T> class FusedObservation final : public Observation {
 public:
  explicit FusedObservation(ReplicaState<T>& state)
      : state_(state), rows_(observed_rows(state.replica.experiment->model, state.replica.data)),
        network_(fused::make_network<T>(observed_model(state.replica.experiment->model), state.layout, rows_,
                                        state.replica.experiment->train.threads,
                                        state.replica.experiment->train.loss.kind)),
        gradient_(state.layout.parameters), statistics_(state.layout.statistics) {
    network_->keep_activations(true);
  }

  std::int64_t rows() const override { return rows_; }
  std::int64_t blocks() const override { return network_->blocks(); }
  std::vector<NamedTensor> tensors() const override { return state_.tensors(); }

  std::vector<LayerActivation> activations(plan::ActivationKind kind) override {
    pass();
    std::vector<LayerActivation> all;
    for (const fused::ActivationView<T>& view : network_->activations())
      if (view.kind == kind)
        all.push_back({view.name, fused::matrix_view(view.values, view.rows, view.features, view.stride),
                       view.gradient ? norm(view.rows * view.stride, view.gradient) : 0});
    return all;
  }

  std::vector<LayerWeights> weights() override {
    std::vector<std::string> hidden;
    for (const fused::ActivationView<T>& view : network_->activations())
      if (view.kind == plan::ActivationKind::linear) hidden.push_back(view.name);
    std::vector<LayerWeights> all;
    for (const fused::TensorSlot& tensor : state_.layout.tensors) {
      if (tensor.role != fused::TensorRole::weight) continue;
      const std::string layer = layer_of(tensor);
      const T* parameters = state_.parameters.data();
      LayerWeights weights{layer, std::ranges::find(hidden, layer) != hidden.end(),
                           fused::pytorch_view(tensor, parameters), norm(tensor.size(), parameters + tensor.offset),
                           std::nullopt};
      if (!state_.update_ratios.empty()) weights.update_ratio = state_.update_ratios[all.size()];
      all.push_back(std::move(weights));
    }
    return all;
  }

  std::vector<double> weight_gradient_norms() override {
    pass();
    std::vector<double> norms;
    for (const fused::TensorSlot& tensor : state_.layout.tensors)
      if (tensor.role == fused::TensorRole::weight)
        norms.push_back(norm(tensor.size(), gradient_.data() + tensor.offset));
    return norms;
  }

  double path_gradient_norm(std::int64_t examples, const std::vector<plan::ResidualPath>& paths) override {
    const std::int64_t count = examples * state_.layout.output_stride;
    if (loss_gradient_rows_ != examples) {
      forward(examples);
      loss_gradient_.assign(network_->logits_gradient(), network_->logits_gradient() + count);
      loss_gradient_rows_ = examples;
    }
    network_->set_block_paths(paths);
    std::ranges::copy(loss_gradient_, network_->logits_gradient());
    network_->backward(state_.train_inputs->data(), examples, state_.parameters.data(), gradient_.data(), {});
    network_->set_block_paths({});
    const fused::ActivationView<T> first = network_->activations().front();
    return norm(first.rows * first.stride, first.gradient);
  }

  double test_error(const std::vector<plan::ResidualPath>& paths) override {
    state_.workspace.network->set_block_paths(paths);
    const SplitLoss test = state_.evaluate(config::Split::test);
    state_.workspace.network->set_block_paths({});
    return test.error.value_or(test.loss);
  }

  at::Tensor outputs(const std::vector<NamedTensor>& tensors) override {
    passed_ = false;
    loss_gradient_rows_ = 0;
    fused::Buffer<T> parameters(state_.layout.parameters), statistics(state_.layout.statistics);
    for (const NamedTensor& named : tensors) {
      const fused::TensorSlot& tensor = *state_.layout.find(named.name);
      fused::write_dense(tensor, named.values, tensor.is_statistic() ? statistics.data() : parameters.data());
    }
    const T* outputs = network_->predict(state_.train_inputs->data(), rows_, parameters.data(), statistics.data());
    return fused::matrix_view(outputs, rows_, state_.layout.outputs, state_.layout.output_stride).clone();
  }

  at::Tensor inputs() override {
    return fused::matrix_view(state_.train_inputs->data(), state_.replica.data.train.size, state_.layout.features,
                              state_.layout.input_stride);
  }

 private:
  // The forward pass moves the running statistics, those of a copy. Leaves the gradient of the mean loss for
  // backward().
  void forward(std::int64_t examples) {
    passed_ = false;
    loss_gradient_rows_ = 0;
    std::copy_n(state_.statistics.data(), state_.layout.statistics, statistics_.data());
    const T* outputs =
        network_->forward(state_.train_inputs->data(), examples, state_.parameters.data(), statistics_.data(), {});
    std::vector<std::int32_t> indices(static_cast<std::size_t>(examples));
    std::iota(indices.begin(), indices.end(), 0);
    Loss<T>(state_.replica.experiment->train.loss, state_.replica.data, state_.layout.output_stride, examples)
        .train(*network_, state_.replica.data.train, indices, outputs);
  }

  void pass() {
    if (passed_) return;
    forward(rows_);
    network_->backward(state_.train_inputs->data(), rows_, state_.parameters.data(), gradient_.data(), {});
    passed_ = true;
  }

  double norm(std::int64_t count, const T* values) const {
    return std::sqrt(fused::kernels<T>().square_sum(count, values));  // pads are zero
  }

  ReplicaState<T>& state_;
  const std::int64_t rows_;
  const std::unique_ptr<fused::Network<T>> network_;
  fused::Buffer<T> gradient_, statistics_;
  bool passed_ = false;                  // network and gradient hold a pass over the probe batch
  std::vector<T> loss_gradient_;         // of the outputs, for the backward passes along paths
  std::int64_t loss_gradient_rows_ = 0;  // 0: the network holds no forward pass for them
};

}  // namespace

template <class T> std::unique_ptr<Observation> observe(ReplicaState<T>& state) {
  return std::make_unique<FusedObservation<T>>(state);
}

template std::unique_ptr<Observation> observe(ReplicaState<float>&);
template std::unique_ptr<Observation> observe(ReplicaState<double>&);

}  // namespace descent::engine
