#pragma once
// Kernels that a device launches as one: CUDA graphs.

#include <ATen/core/Generator.h>
#include <c10/core/Stream.h>

#include <functional>
#include <memory>
#include <vector>

namespace descent::engine {

class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;

  // Records what is put on the current stream until end(), without computing it. Random numbers may come from
  // `generators`: each replay() takes them as they are seeded then. Results share memory with those of `other`, if
  // there is one, which must not be launched at the same time.
  virtual void begin(const std::vector<at::Generator>& generators, const DeviceGraph* other) = 0;
  virtual void end() = 0;

  // Computes what was recorded, on the current stream, from the memory that it read and into the memory that it wrote.
  virtual void replay() = 0;
};

// Empty where no graphs of the device can be recorded: LibTorch has no CUDA, or Descent was built without CUDA's
// headers.
using MakeGraph = std::function<std::unique_ptr<DeviceGraph>()>;
MakeGraph graphs_of(at::Device device);

// A stream that nobody else has while it is held; null where all are taken. Recording demands one: kernels that another
// thread puts on it would be recorded too.
std::shared_ptr<const c10::Stream> exclusive_stream(at::Device device);

}  // namespace descent::engine
