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
  int steps = 0;  // that the caller has computed
  std::unique_ptr<DeviceGraph> graph;
  StepInputs inputs;  // what the kernels read
  StepResult result;  // what they write
};

namespace {

constexpr int steps_before_recording = 2;
constexpr std::size_t most_recordings = 8;

// Before LibTorch 2.14 a recording that the device has refused leaves its memory pool in a state in which another one
// may fail.
std::atomic<bool> device_has_refused = false;

// Everything that is put on `first` so far comes before what is put on `second` from now on.
void order(const c10::Stream& first, const c10::Stream& second) {
  c10::Event event(first.device_type());
  event.record(first);
  event.block(second);
}

}  // namespace

StepGraphs::StepGraphs(at::Device device, MakeGraph make_graph, std::function<void(const std::string&)> note)
    : device_(device), make_graph_(std::move(make_graph)), note_(std::move(note)) {
  if (!make_graph_ || device.is_cpu()) return;
  stream_ = device_has_refused ? nullptr : exclusive_stream(device);
  if (!stream_) make_graph_ = nullptr;
}

StepGraphs::~StepGraphs() = default;

bool StepGraphs::give_up() {
  make_graph_ = nullptr;
  const bool frees = !recordings_.empty();
  recordings_.clear();
  return frees;
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
  if (!recordings_.contains(key) && recordings_.size() == most_recordings) return std::nullopt;
  std::unique_ptr<StepRecording>& recording = recordings_[key];
  if (!recording) recording = std::make_unique<StepRecording>();
  if (!recording->graph) {
    if (++recording->steps <= steps_before_recording) return std::nullopt;
    const DeviceGraph* other = nullptr;
    for (const auto& [_, known] : recordings_)
      if (known->graph) other = known->graph.get();
    if (!record(*recording, inputs, generators, other, compute)) {
      give_up();
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
    if (stream_) at::getDeviceAllocator(device_.type())->emptyCache();  // a recording has memory of its own
    graph->begin(generators, other);
    recording.result = compute(recording.inputs);
    graph->end();
    recording.graph = std::move(graph);
    return true;
  } catch (const c10::OutOfMemoryError&) {
    reason = "its memory does not hold one more step";
  } catch (const c10::Error& error) {
    reason = error.what_without_backtrace();
    if (stream_) device_has_refused = true;
  }
  try {
    graph->end();
  } catch (const c10::Error&) {  // it had not begun, or the device has ended it
  }
  if (note_)
    note_(
        fmt::format("training steps are launched kernel by kernel on {}, since they cannot be recorded as a graph: {}",
                    device_.str(), reason));
  return false;
}

}  // namespace descent::engine
