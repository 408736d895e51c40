#pragma once
// A stack of R networks of equal shape with weights of their own, as one torch::nn module: [R, B, F] -> [R, B, K].
// R = 1 is the ordinary network.

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "config/shapes.h"
#include "plan/activations.h"

namespace descent::models {

// The random numbers of training steps. This one takes them from LibTorch's generator of the device.
class Randomness {
 public:
  virtual ~Randomness() = default;
  // Fills the mask of dropout layer number `layer` for one replica, rows [B, F] or maps [B, C, H, W], with sizes of 1
  // where positions share it: 0 or 1 / (1 - rate).
  virtual void fill_dropout_mask(std::int64_t layer, std::int64_t replica, double rate, const at::Tensor& mask);
  // Of stochastic depth, for each replica: 1 / survival where the branch of `block` is kept, 0 where it is not. [R]
  virtual at::Tensor branch_scales(std::int64_t block, double survival, std::int64_t replicas, const at::Tensor& x);
};

// What one layer computed.
struct Activation {
  std::string layer;  // "linear3"
  plan::ActivationKind kind;
  at::Tensor values;  // rows [R, B, F] or maps [B, R * C, H, W]
};

// Parameters and buffers of one replica in order of construction, under torch.nn's names, as views without R:
// "linear0.weight" [out, in].
struct NamedView {
  std::string name;
  at::Tensor values;
  bool is_weight;  // of a linear map or convolution, and trained
};

class Network : public torch::nn::Module {
 public:
  // `over_maps`: the hidden layers compute maps [B, R * C, H, W], not rows [R, B, F].
  Network(std::int64_t replicas, const config::Model& model, bool over_maps = false);

  // In training mode batch norm moves its running statistics. Dropout is applied in training mode or with
  // predict_with_dropout().
  virtual at::Tensor forward(const at::Tensor& x) = 0;

  std::int64_t replicas() const { return replicas_; }
  // The part of one replica in what a hidden layer computed: rows [B, F] or maps [B, C, H, W].
  at::Tensor of_replica(const at::Tensor& values, std::int64_t replica) const;
  std::vector<NamedView> tensors(std::int64_t replica) const;

  // Sets the initial values of one replica, as after torch.manual_seed(seed), while the network is on the CPU.
  void initialize(std::int64_t replica, const config::Init& init, std::int64_t seed);

  // One per replica, at first that of the model.
  void set_dropout_rates(std::vector<double> rates) { rates_ = std::move(rates); }
  void predict_with_dropout(bool on) { predicts_with_dropout_ = on; }
  void set_randomness(std::shared_ptr<Randomness> randomness) { randomness_ = std::move(randomness); }

  // The number of blocks that can be skipped: residual ones, or parts of a plain network that keep the shape.
  std::int64_t blocks() const { return blocks_; }
  // Evaluation skips the branch of blocks whose path is `shortcut`; in training mode the gradient is carried along
  // these paths alone. Empty: full everywhere.
  void set_block_paths(std::vector<plan::ResidualPath> paths) { paths_ = std::move(paths); }

  // Keeps what the layers compute from now on in `activations`, in order of computation; null: no longer.
  void record(std::vector<Activation>* activations) { activations_ = activations; }

 protected:
  // Ends every constructor: initial values for all replicas, from LibTorch's generator (torch::manual_seed).
  void initialize_all(const config::Init& init);
  at::Tensor dropout(std::int64_t layer, const at::Tensor& x);
  // The output of a residual block that keeps `branch` with probability `survival` in training.
  at::Tensor add_branch(std::int64_t block, const at::Tensor& shortcut, const at::Tensor& branch, double survival = 1);
  bool skips(std::int64_t block) const;
  plan::ResidualPath path(std::int64_t block) const;
  void keep(const std::string& layer, plan::ActivationKind kind, const at::Tensor& values);

  std::int64_t blocks_ = 0;

 private:
  const std::int64_t replicas_;
  const bool over_maps_;
  const config::DropoutKind dropout_kind_;
  std::vector<double> rates_;
  bool predicts_with_dropout_ = false;
  std::shared_ptr<Randomness> randomness_ = std::make_shared<Randomness>();
  std::vector<plan::ResidualPath> paths_;
  std::vector<Activation>* activations_ = nullptr;
};

// The network of an experiment's `model` for examples of this shape. With `loss` cross_entropy a mixture of experts
// mixes probabilities, otherwise outputs.
std::shared_ptr<Network> make_network(const config::Model& model, const config::Shape& input, std::int64_t outputs,
                                      std::int64_t replicas = 1,
                                      config::LossKind loss = config::LossKind::cross_entropy);

}  // namespace descent::models
