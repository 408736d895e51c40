#include "engine/torch/step_graphs.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <atomic>

namespace descent::engine {

struct StepRecording {
  int steps = 0;  // computed by the caller
  std::unique_ptr<DeviceGraph> graph;
  StepInputs inputs;  // read by the kernels
  StepResult result;  // written by the kernels
};

namespace {

constexpr int steps_before_recording = 2;
constexpr std::size_t max_recordings = 8;

// Before LibTorch 2.14 a failed recording leaves the memory pool of the device in a state in which the next may fail.
std::atomic<bool> recording_has_failed = false;

// Makes later work on `second` wait for the work launched on `first` so far.
void order(const c10::Stream& first, const c10::Stream& second) {
  c10::Event event(first.device_type());
  event.record(first);
  event.block(second);
}

}  // namespace

StepGraphs::StepGraphs(at::Device device, MakeGraph make_graph, std::function<void(const std::string&)> notify)
    : device_(device), make_graph_(std::move(make_graph)), notify_(std::move(notify)) {
  if (!make_graph_ || device.is_cpu()) return;
  stream_ = recording_has_failed ? nullptr : exclusive_stream(device);
  if (!stream_) make_graph_ = nullptr;
}

StepGraphs::~StepGraphs() = default;

bool StepGraphs::disable() {
  make_graph_ = nullptr;
  const bool had_any = !recordings_.empty();
  recordings_.clear();
  return had_any;
}

at::Tensor StepGraphs::on_stream(const std::function<at::Tensor()>& work) const {
  if (!stream_) return work();
  const c10::Stream before = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_);
  order(before, *stream_);
  at::Tensor result;
  try {
    const c10::StreamGuard guard(*stream_);
    result = work();
  } catch (...) {
    order(*stream_, before);
    throw;
  }
  order(*stream_, before);
  return result;
}

std::optional<StepResult> StepGraphs::launch(const Key& key, const StepInputs& inputs,
                                             const std::vector<at::Generator>& generators, const Compute& compute) {
  if (!recordings_.contains(key) && recordings_.size() == max_recordings) return std::nullopt;
  std::unique_ptr<StepRecording>& recording = recordings_[key];
  if (!recording) recording = std::make_unique<StepRecording>();
  if (!recording->graph) {
    if (++recording->steps <= steps_before_recording) return std::nullopt;
    const DeviceGraph* other = nullptr;
    for (const auto& [_, known] : recordings_)
      if (known->graph) other = known->graph.get();
    if (!record(*recording, inputs, generators, other, compute)) {
      disable();
      return std::nullopt;
    }
  }
  recording->inputs.copy_(inputs);
  recording->graph->replay();
  StepResult result = recording->result;
  result.losses = result.losses.clone();
  return result;
}

bool StepGraphs::record(StepRecording& recording, const StepInputs& inputs,
                        const std::vector<at::Generator>& generators, const DeviceGraph* other,
                        const Compute& compute) {
  auto graph = make_graph_();
  std::string reason;
  try {
    recording.inputs = inputs.clone();
    if (stream_) at::getDeviceAllocator(device_.type())->emptyCache();  // a recording uses a separate memory pool
    graph->begin(generators, other);
    recording.result = compute(recording.inputs);
    graph->end();
    recording.graph = std::move(graph);
    return true;
  } catch (const c10::OutOfMemoryError&) {
    reason = "out of memory";
  } catch (const c10::Error& error) {
    reason = error.what_without_backtrace();
    if (stream_) recording_has_failed = true;
  }
  try {
    graph->end();
  } catch (const c10::Error&) {  // it was not begun or has already been ended
  }
  if (notify_)
    notify_(fmt::format("training steps cannot be recorded as a graph on {} and are launched kernel by kernel: {}",
                        device_.str(), reason));
  return false;
}

}  // namespace descent::engine
