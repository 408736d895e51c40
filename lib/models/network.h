#pragma once
// A stack of R networks of equal shape, as one torch::nn module: [R, B, F] -> [R, B, K]. R = 1 is an ordinary network.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "config/shapes.h"
#include "models/layers.h"
#include "plan/activations.h"

namespace descent::models {

// The random numbers of training steps; by default from LibTorch's default generator of the device.
class Randomness {
 public:
  virtual ~Randomness() = default;
  // Fills the mask of dropout layer `layer` for one replica with 0 or 1 / (1 - rate): rows [B, F] or maps [B, C, H, W],
  // or [B, C, 1, 1] if all positions share it.
  virtual void fill_dropout_mask(std::int64_t layer, std::int64_t replica, double rate, const at::Tensor& mask);
  // For stochastic depth: 1 / survival for replicas that keep the branch of `block`, otherwise 0. [R]
  virtual at::Tensor branch_scales(std::int64_t block, double survival, std::int64_t replicas, const at::Tensor& x);
};

// A recorded result of one layer.
struct Activation {
  std::string layer;  // "linear3"
  plan::ActivationKind kind;
  at::Tensor values;  // rows [R, B, F] or maps [B, R * C, H, W]
};

// A parameter or buffer of one replica, as a view without R, named as in torch.nn: "linear0.weight" [out, in].
struct NamedView {
  std::string name;
  at::Tensor values;
  bool is_weight;  // a trained weight of a linear map or convolution
};

class Network : public torch::nn::Module {
 public:
  // `over_maps`: the hidden layers compute maps [B, R * C, H, W], not rows [R, B, F].
  Network(std::int64_t replicas, const config::Model& model, bool over_maps = false);

  // In training mode, batch norm updates its running statistics. Dropout is applied in training mode or after
  // predict_with_dropout(true).
  virtual at::Tensor forward(const at::Tensor& x) = 0;

  std::int64_t replicas() const { return replicas_; }
  // The part of one replica in the output of a hidden layer: rows [B, F] or maps [B, C, H, W].
  at::Tensor of_replica(const at::Tensor& values, std::int64_t replica) const;
  std::vector<NamedView> tensors(std::int64_t replica) const;  // in order of construction

  // Initializes one replica like torch.manual_seed(seed) does. The network must be on the CPU.
  void initialize(std::int64_t replica, const config::Init& init, std::int64_t seed);

  // One per replica; the default is the rate of the model.
  void set_dropout_rates(std::vector<double> rates) { rates_ = std::move(rates); }
  void predict_with_dropout(bool on) { predicts_with_dropout_ = on; }
  void set_randomness(std::shared_ptr<Randomness> randomness) { randomness_ = std::move(randomness); }

  // The number of blocks that can be skipped: residual blocks, or layers of a plain network that keep the shape.
  std::int64_t blocks() const { return blocks_; }
  // In evaluation, blocks whose path is `shortcut` skip their branch; in training mode gradients flow only along these
  // paths. Empty: `full` for all blocks.
  void set_block_paths(std::vector<plan::ResidualPath> paths) { paths_ = std::move(paths); }

  // Appends the results of layers to `activations`, in order of computation, until record(nullptr).
  void record(std::vector<Activation>* activations) { activations_ = activations; }

 protected:
  // Called at the end of every constructor: initializes all replicas from LibTorch's generator (torch::manual_seed).
  void initialize_all(const config::Init& init);
  at::Tensor dropout(std::int64_t layer, const at::Tensor& x);
  // The output of a residual block, whose branch is kept with probability `survival` in training.
  at::Tensor add_branch(std::int64_t block, const at::Tensor& shortcut, const at::Tensor& branch, double survival = 1);
  bool skips(std::int64_t block) const;
  plan::ResidualPath path(std::int64_t block) const;

  // Results are recorded under `name`, that of the preceding linear map or convolution.
  at::Tensor normalize(Norm norm, const std::string& name, const at::Tensor& x);
  at::Tensor activate(const std::string& name, const at::Tensor& x);
  // In the order of model.norm_position, which a ResNet ignores; a null norm is skipped.
  at::Tensor normalize_and_activate(const Norm& norm, const std::string& name, const at::Tensor& x);
  void add_record(const std::string& layer, plan::ActivationKind kind, const at::Tensor& values);

  const config::Model model_;
  std::int64_t blocks_ = 0;

 private:
  const std::int64_t replicas_;
  const bool over_maps_;
  std::vector<double> rates_;
  bool predicts_with_dropout_ = false;
  std::shared_ptr<Randomness> randomness_ = std::make_shared<Randomness>();
  std::vector<plan::ResidualPath> paths_;
  std::vector<Activation>* activations_ = nullptr;
};

// Creates the network that `model` describes. `input`: the shape of an example. If `loss` is cross_entropy, a mixture
// of experts mixes probabilities, otherwise outputs.
std::shared_ptr<Network> make_network(const config::Model& model, const config::Shape& input, std::int64_t outputs,
                                      std::int64_t replicas = 1,
                                      config::LossKind loss = config::LossKind::cross_entropy);

}  // namespace descent::models
