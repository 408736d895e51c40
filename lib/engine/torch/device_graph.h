#pragma once
// Sequences of kernels that are launched together: CUDA graphs.

#include <ATen/core/Generator.h>
#include <c10/core/Stream.h>

#include <functional>
#include <memory>
#include <vector>

namespace descent::engine {

class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;

  // Records the kernels launched on the current stream until end(), without running them. Random numbers may come from
  // `generators`, with the seeds that these have at each replay(). The memory of results is shared with `other`, if not
  // null, which must not run at the same time.
  virtual void begin(const std::vector<at::Generator>& generators, const DeviceGraph* other) = 0;
  virtual void end() = 0;

  // Runs the recorded kernels on the current stream, with the memory addresses of the recording.
  virtual void replay() = 0;
};

// Empty if graphs cannot be recorded on the device: it is not a CUDA device, or Descent was built without the CUDA
// headers.
using MakeGraph = std::function<std::unique_ptr<DeviceGraph>()>;
MakeGraph graphs_of(at::Device device);

// A stream that is not shared while it is held, or null if all are taken. Recording needs one: kernels that another
// thread launches on it would be recorded too.
std::shared_ptr<const c10::Stream> exclusive_stream(at::Device device);

}  // namespace descent::engine
