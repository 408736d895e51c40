#pragma once
// Training steps as CUDA graphs: the kernels of a step are recorded once and then launched together, which saves small
// networks from waiting for the host. The kernels and their order stay the same.

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

// Results of a step, on the device.
struct StepResult {
  at::Tensor losses;          // [R]
  at::Tensor gradient_norms;  // [R], before clipping; only in measured steps
  at::Tensor update_ratios;   // [R, weights]; only in measured steps with the probe update_ratio
};

struct StepRecording;

class StepGraphs {
 public:
  using Compute = std::function<StepResult(const StepInputs&)>;

  // If `make_graph` is empty, steps are not recorded. `notify` is told why a recording failed.
  StepGraphs(at::Device device, MakeGraph make_graph, std::function<void(const std::string&)> notify);
  ~StepGraphs();

  // False also after a recording has failed.
  bool enabled() const { return make_graph_ != nullptr; }

  // Ends recording, also that of steps not yet recorded, and deletes all graphs; true if there were any of either.
  bool disable();

  // Calls `work`, which records and launches steps, on a separate stream.
  at::Tensor on_stream(const std::function<at::Tensor()>& work) const;

  // What is constant in a recording.
  struct Key {
    std::int64_t batch_size;
    bool measured;
    std::vector<std::int64_t> groups;  // sizes of Optimizer::Group
    auto operator<=>(const Key&) const = default;
  };
  // Returns compute(inputs), launched as a graph; all but the losses is valid until the next launch. Returns nothing if
  // the caller has to compute: in the first steps, in which libraries choose kernels and allocate memory, and after a
  // failed recording. `compute` may depend on nothing else that changes from step to step, except random numbers of
  // `generators`, and must not wait for the device.
  std::optional<StepResult> launch(const Key& key, const StepInputs& inputs,
                                   const std::vector<at::Generator>& generators, const Compute& compute);

 private:
  bool record(StepRecording& recording, const StepInputs& inputs, const std::vector<at::Generator>& generators,
              const DeviceGraph* other, const Compute& compute);

  const at::Device device_;
  MakeGraph make_graph_;
  const std::function<void(const std::string&)> notify_;
  std::shared_ptr<const c10::Stream> stream_;  // null on the CPU
  std::map<Key, std::unique_ptr<StepRecording>> recordings_;
};

}  // namespace descent::engine
