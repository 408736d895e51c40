#pragma once
// The layers of a stack of R networks: torch::nn modules whose parameters have a leading replica dimension R. With R =
// 1 they are equivalent to torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d and the norms of torch.nn.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "config/model.h"

namespace descent::models {

// A layer with initial values for the parameters of each replica.
class Layer : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;
  // Draws from `generator` in the order of torch.nn: first the weight, in the layout [out, in, ...], then the bias.
  virtual void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) = 0;
};

struct LinearOptions {
  bool bias = true;
  double initial_scale = 1;  // factor on the initial weights
  bool trained = true;       // false: fixed random features (Rahimi and Recht 2007), stored as buffers
};

// y = x W^T + b for each replica: [R, B, in] -> [R, B, out].
class LinearImpl final : public Layer {
 public:
  LinearImpl(std::int64_t replicas, std::int64_t in, std::int64_t out, const LinearOptions& options = {});
  at::Tensor forward(const at::Tensor& x);
  void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) override;

  at::Tensor weight;  // [R, out, in]
  at::Tensor bias;    // [R, out]; undefined if absent
 private:
  const LinearOptions options_;
};
TORCH_MODULE(Linear);

struct ConvolutionOptions {
  std::int64_t kernel = 3, stride = 1, padding = 0;
  bool bias = true;
  double initial_scale = 1;
};

// One convolution whose groups are the replicas: [B, R * in, H, W] -> [B, R * out, H', W'], or, if `dimensions` is 1,
// [B, R * in, L] -> [B, R * out, L'].
class ConvolutionImpl final : public Layer {
 public:
  ConvolutionImpl(std::int64_t replicas, std::int64_t dimensions, std::int64_t in, std::int64_t out,
                  const ConvolutionOptions& options);
  at::Tensor forward(const at::Tensor& x);
  void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) override;

  at::Tensor weight;  // [R, out, in, height, width] or [R, out, in, length]
  at::Tensor bias;    // [R, out]; undefined if absent
 private:
  const ConvolutionOptions options_;
};
TORCH_MODULE(Convolution);

// Normalizes rows [R, B, C], maps [B, R * C, H, W] or signals [B, R * C, L], separately for each replica.
//
// batch: Ioffe and Szegedy 2015, algorithms 1 and 2; over the whole batch or, with statistics_groups, as data-parallel
// devices compute it: separately over groups of consecutive examples (torch.nn.BatchNorm2d with
// DistributedDataParallel; ghost batch norm, Hoffer et al. 2017), with the running statistics of the first group, or
// synchronized (torch.nn.SyncBatchNorm). layer: Ba et al. 2016, over all features of an example. group: Wu and He 2018.
// rms: Zhang and Sennrich 2019, layer norm without centering.
class NormImpl final : public Layer {
 public:
  // `dimensions`: 0 for rows, 1 for signals, 2 for maps.
  NormImpl(std::int64_t replicas, std::int64_t dimensions, const config::Norm& norm, std::int64_t channels,
           double initial_scale = 1);
  at::Tensor forward(const at::Tensor& x);
  void initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) override;

  bool is_synchronized() const { return norm_.synchronized; }
  // Computes batch statistics in training mode over `processes` that each have an equal part of the batch. `sum` sums a
  // tensor over them, differentiably.
  using Sum = std::function<at::Tensor(const at::Tensor&)>;
  void synchronize(std::int64_t processes, Sum sum);

  at::Tensor weight, bias;               // gamma and beta, [R, C]; undefined if the norm has none
  at::Tensor running_mean, running_var;  // [R, C]; batch norm only
 private:
  at::Tensor normalize(const at::Tensor& x);
  at::Tensor batch_norm(const at::Tensor& x);
  at::Tensor synchronized_batch_norm(const at::Tensor& x);
  at::Tensor rms_norm(const at::Tensor& x);

  const config::Norm norm_;
  const std::int64_t replicas_, dimensions_, channels_;
  const double initial_scale_;
  std::int64_t processes_ = 1;
  Sum sum_;
};
TORCH_MODULE(Norm);

// Applied elementwise; leaky_relu has the negative slope 0.01.
at::Tensor activate(config::Activation activation, const at::Tensor& x);

}  // namespace descent::models
