#pragma once
// Training steps as graphs of the device (CUDA graphs): the kernels of a step are recorded once and then launched as
// one, so that small networks do not wait for the host. These are the same kernels in the same order.

#include <ATen/core/Tensor.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/torch/device_graph.h"
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

  // Without `make_graph` steps are not recorded. `note` hears why that failed.
  StepGraphs(at::Device device, MakeGraph make_graph, std::function<void(const std::string&)> note);
  ~StepGraphs();

  // False too after a recording has failed.
  bool enabled() const { return make_graph_ != nullptr; }

  // Nothing is recorded from now on. Whether that frees memory.
  bool give_up();

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
  // failed. `compute` may read nothing else that changes from step to step, except random numbers of `generators`, and
  // must not wait for the device.
  std::optional<StepResult> launch(const Key& key, const StepInputs& inputs,
                                   const std::vector<at::Generator>& generators, const Compute& compute);

 private:
  bool record(StepRecording& recording, const StepInputs& inputs, const std::vector<at::Generator>& generators,
              const DeviceGraph* other, const Compute& compute);

  const at::Device device_;
  MakeGraph make_graph_;
  const std::function<void(const std::string&)> note_;
  std::shared_ptr<const c10::Stream> stream_;  // none on the CPU
  std::map<Key, std::unique_ptr<StepRecording>> recordings_;
};

}  // namespace descent::engine
