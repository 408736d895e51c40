#pragma once
// The examples of R replicas on a device.

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "data/data.h"
#include "engine/engine.h"

namespace descent::engine {

// Inputs [N, F] on a device, shared between the runs that see the same. Safe to call from several threads.
class DeviceInputs {
 public:
  // On the CPU the rows are padded with zeros as the fused engine reads them (fused::padded).
  std::shared_ptr<const at::Tensor> get(const data::Part& part, std::int64_t features,
                                        const at::TensorOptions& options);

 private:
  struct Entry {
    std::weak_ptr<const std::vector<double>> source;  // guards against a reused address
    std::weak_ptr<const at::Tensor> tensor;
  };
  std::mutex mutex_;
  std::map<std::tuple<const std::vector<double>*, at::ScalarType, std::string>, Entry> known_;
};

// Some examples of each replica.
struct Batch {
  at::Tensor x;        // [R, B, F]
  at::Tensor labels;   // [R, B] int64; undefined with real targets
  at::Tensor targets;  // [R, B, K]; undefined with classes

  Batch of_replicas(std::int64_t first, std::int64_t count) const;
};

// One split of every replica.
class Examples {
 public:
  Examples(const std::vector<const Replica*>& replicas, config::Split split, const at::TensorOptions& options,
           DeviceInputs& inputs);

  std::int64_t size() const { return size_; }
  Batch rows(std::int64_t start, std::int64_t count) const;
  // `indices`: [R, B] int64 on the device.
  Batch gather(const at::Tensor& indices) const;

 private:
  std::int64_t size_ = 0;
  std::vector<std::shared_ptr<const at::Tensor>> inputs_;  // one where all replicas see the same, else none
  at::Tensor x_;                                           // [N, F] where all replicas see the same, else [R, N, F]
  at::Tensor labels_;                                      // [R, N]
  at::Tensor targets_;                                     // [R, N, K]
  at::Tensor first_;                                       // of each replica's rows in x_ and the labels, [R, 1]
};

// The part of a replica's data.
const data::Part& part_of(const data::RunData& data, config::Split split);

}  // namespace descent::engine
