#pragma once
// Training steps as graphs of the device (CUDA graphs): the kernels of a step are recorded once and then launched as
// one, so that small networks do not wait for the host. These are the same kernels in the same order.

#include <ATen/core/Tensor.h>
#include <c10/core/Stream.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/torch/step_inputs.h"

namespace descent::engine {

// What a step computed, on the device.
struct StepResult {
  at::Tensor losses;          // [R]
  at::Tensor gradient_norms;  // [R], before clipping; of measured steps
  at::Tensor update_ratios;   // [R, weights]; of measured steps, where a probe asks for them
};

// A step that has been recorded, or will be.
struct StepRecording;

class StepGraphs {
 public:
  using Compute = std::function<StepResult(const StepInputs&)>;

  // `enabled`: where this LibTorch can record graphs of the device. `note` hears why that failed.
  StepGraphs(at::Device device, bool enabled, std::function<void(const std::string&)> note);
  ~StepGraphs();

  // False too after a recording has failed.
  bool enabled() const { return enabled_; }

  // Calls `work`, in which steps are recorded and launched, on a stream of its own.
  at::Tensor on_stream(const std::function<at::Tensor()>& work) const;

  // What a recording has for constants.
  struct Key {
    std::int64_t batch_size;
    bool measured;
    std::vector<std::int64_t> groups;  // sizes, of replicas that one update serves
    auto operator<=>(const Key&) const = default;
  };
  // compute(inputs), launched as a graph; all but the losses is valid until the next launch. Nothing where the caller
  // has to compute: in the first steps, in which libraries choose their kernels and allocate, and where a recording
  // failed. `compute` may read nothing else that changes from step to step, except random numbers of generators of the
  // device, and must not wait for the device.
  std::optional<StepResult> launch(const Key& key, const StepInputs& inputs, const Compute& compute);

 private:
  const at::Device device_;
  bool enabled_;
  const std::function<void(const std::string&)> note_;
  std::optional<c10::Stream> stream_;  // none on the CPU
  std::map<Key, std::unique_ptr<StepRecording>> recordings_;
};

}  // namespace descent::engine
