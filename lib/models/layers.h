#pragma once
// The layers of a stack of R networks, as torch::nn modules whose parameters have a leading replica dimension R. With
// R = 1 they are torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d and the norms of torch.nn.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "config/model.h"

namespace descent::models {

// What every layer can do: set the parameters of one replica to their initial values.
class Layer : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;
  // Draws from `generator` in the order of torch.nn: the weight in its layout [out, in, ...], then the bias.
  virtual void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) = 0;
};

struct LinearOptions {
  bool bias = true;
  double initial_scale = 1;  // factor on the initial weights
  bool trained = true;       // false: drawn once as random features (Rahimi and Recht 2007), kept as buffers
};

// y = x W^T + b for each replica: [R, B, in] -> [R, B, out].
class LinearImpl final : public Layer {
 public:
  LinearImpl(std::int64_t replicas, std::int64_t in, std::int64_t out, const LinearOptions& options = {});
  at::Tensor forward(const at::Tensor& x);
  void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) override;

  at::Tensor weight;  // [R, out, in]
  at::Tensor bias;    // [R, out]; undefined without
 private:
  const LinearOptions options_;
};
TORCH_MODULE(Linear);

struct ConvolutionOptions {
  std::int64_t kernel = 3, stride = 1, padding = 0;
  bool bias = true;
  double initial_scale = 1;
};

// Cross-correlation of each replica's channels, as groups of one convolution: [B, R * in, H, W] -> [B, R * out, H',
// W'], or [B, R * in, L] -> [B, R * out, L'] where `dimensions` is 1.
class ConvolutionImpl final : public Layer {
 public:
  ConvolutionImpl(std::int64_t replicas, std::int64_t dimensions, std::int64_t in, std::int64_t out,
                  const ConvolutionOptions& options);
  at::Tensor forward(const at::Tensor& x);
  void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) override;

  at::Tensor weight;  // [R, out, in, height, width] or [R, out, in, length]
  at::Tensor bias;    // [R, out]; undefined without
 private:
  const ConvolutionOptions options_;
};
TORCH_MODULE(Convolution);

// Normalizes rows [R, B, C] or maps [B, R * C, H, W] (signals [B, R * C, L]), each replica by itself.
//
// batch: Ioffe and Szegedy 2015, algorithms 1 and 2; over the whole batch or, with statistics_groups, as data-parallel
// devices compute it, each group of successive examples with its own statistics (torch.nn.BatchNorm2d under
// DistributedDataParallel; ghost batch norm, Hoffer et al. 2017), or synchronized (torch.nn.SyncBatchNorm). The running
// statistics are then those of the first group. Processes that each have a part of the batch compute the synchronized
// ones over the sums that they share. layer: Ba et al. 2016, over all features of an example. group: Wu and
// He 2018. rms: Zhang and Sennrich 2019, layer norm without centering.
class NormImpl final : public Layer {
 public:
  // `dimensions`: 0 of rows, 1 of signals, 2 of maps.
  NormImpl(std::int64_t replicas, std::int64_t dimensions, const config::Norm& norm, std::int64_t channels,
           double initial_scale = 1);
  at::Tensor forward(const at::Tensor& x);
  void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) override;

  bool is_synchronized() const { return norm_.synchronized; }
  // From now on the batches of training mode are equal parts of one, over `parts` processes; `sum` adds a tensor up
  // over them, and its gradient too.
  using Sum = std::function<at::Tensor(const at::Tensor&)>;
  void share_sums(std::int64_t parts, Sum sum);

  at::Tensor weight, bias;               // gamma and beta, [R, C]; undefined where the norm has none
  at::Tensor running_mean, running_var;  // [R, C]; of batch norm
 private:
  at::Tensor normalize(const at::Tensor& x);
  at::Tensor batch_norm(const at::Tensor& x);
  at::Tensor shared_batch_norm(const at::Tensor& x);
  at::Tensor rms_norm(const at::Tensor& x);

  const config::Norm norm_;
  const std::int64_t replicas_, dimensions_, channels_;
  const double initial_scale_;
  std::int64_t parts_ = 1;
  Sum sum_;
};
TORCH_MODULE(Norm);

// relu, tanh, ... of each number; leaky_relu has the slope 0.01.
at::Tensor activate(config::Activation activation, const at::Tensor& x);

}  // namespace descent::models
