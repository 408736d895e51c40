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

// A cache of inputs [N, F] on each device, shared between runs with the same inputs. Thread-safe.
class InputCache {
 public:
  // On the CPU rows are padded with zeros, as the fused engine requires (fused::padded).
  std::shared_ptr<const at::Tensor> get(const data::Part& part, std::int64_t features,
                                        const at::TensorOptions& options);

 private:
  struct Entry {
    std::weak_ptr<const std::vector<double>> source;  // guards against a reused address
    std::weak_ptr<const at::Tensor> tensor;
  };
  std::mutex mutex_;
  std::map<std::tuple<const std::vector<double>*, at::ScalarType, std::string>, Entry> entries_;
};

// Examples of each replica.
struct Batch {
  at::Tensor x;        // [R, B, F]
  at::Tensor labels;   // [R, B] int64; undefined in regression
  at::Tensor targets;  // [R, B, K]; undefined in classification

  Batch narrow(std::int64_t dimension, std::int64_t start, std::int64_t length) const;
};

// All examples of one split of each replica.
class Examples {
 public:
  Examples(const std::vector<const Replica*>& replicas, config::Split split, const at::TensorOptions& options,
           InputCache& inputs);

  std::int64_t size() const { return size_; }
  Batch rows(std::int64_t start, std::int64_t count) const;
  // `indices`: [R, B] int64 on the device.
  Batch gather(const at::Tensor& indices) const;

 private:
  std::int64_t size_ = 0;
  std::vector<std::shared_ptr<const at::Tensor>> inputs_;  // of all replicas if they share it, otherwise empty
  at::Tensor x_;                                           // [N, F] if all replicas share it, otherwise [R, N, F]
  at::Tensor labels_;                                      // [R, N]
  at::Tensor targets_;                                     // [R, N, K]
  at::Tensor first_;                                       // index of the first example of each replica, [R, 1]
};

}  // namespace descent::engine
