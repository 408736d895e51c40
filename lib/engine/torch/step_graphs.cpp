#include "engine/torch/step_graphs.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#if __has_include(<ATen/core/GraphImplInterface.h>)
#include <ATen/core/GraphImplInterface.h>
#else  // LibTorch 2.11
#define DESCENT_NO_GRAPHS
#endif

namespace descent::engine {
namespace {

// Everything that is put on `first` so far comes before what is put on `second` from now on.
void order(const c10::Stream& first, const c10::Stream& second) {
  c10::Event event(first.device_type());
  event.record(first);
  event.block(second);
}

bool can_record([[maybe_unused]] at::Device device) {
#ifdef DESCENT_NO_GRAPHS
  return false;
#else
  return at::has_graph_impl(device.type());
#endif
}

}  // namespace

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

#ifdef DESCENT_NO_GRAPHS

struct StepRecording {};
std::optional<StepResult> StepGraphs::launch(const Key&, const StepInputs&, const Compute&) { return std::nullopt; }

#else

struct StepRecording {
  int steps = 0;  // that the caller has computed
  std::unique_ptr<at::GraphImplInterface> graph;
  StepInputs inputs;  // what the kernels read
  StepResult result;  // what they write
};

namespace {

constexpr int steps_before_recording = 2;
constexpr std::size_t most_recordings = 8;

// Why it failed; empty if it did not.
std::string record(StepRecording& recording, at::Device device, c10::MempoolId_t pool, const StepInputs& inputs,
                   const StepGraphs::Compute& compute) {
  auto graph = at::create_graph_impl(device.type());
  std::string reason;
  try {
    recording.inputs = inputs.clone();
    if (!device.is_cpu()) at::getDeviceAllocator(device.type())->emptyCache();  // a recording has memory of its own
    graph->capture_begin(pool, at::GraphCaptureMode::ThreadLocal);  // the threads of other devices may go on
    recording.result = compute(recording.inputs);
    graph->capture_end();
    recording.graph = std::move(graph);
    return {};
  } catch (const c10::Error& error) {
    reason = error.what_without_backtrace();
  } catch (const std::exception& error) {
    reason = error.what();
  }
  try {
    graph->capture_end();
  } catch (const std::exception&) {  // it had not begun, or the device has ended it
  }
  return reason;
}

}  // namespace

std::optional<StepResult> StepGraphs::launch(const Key& key, const StepInputs& inputs, const Compute& compute) {
  if (!recordings_.contains(key) && recordings_.size() == most_recordings) return std::nullopt;
  std::unique_ptr<StepRecording>& recording = recordings_[key];
  if (!recording) recording = std::make_unique<StepRecording>();
  if (!recording->graph) {
    if (++recording->steps <= steps_before_recording) return std::nullopt;
    c10::MempoolId_t pool{0, 0};  // a new one; later recordings share it, since only one is launched at a time
    for (const auto& [_, other] : recordings_)
      if (other->graph) pool = other->graph->pool();
    if (const std::string reason = record(*recording, device_, pool, inputs, compute); !reason.empty()) {
      enabled_ = false;
      recordings_.clear();
      if (note_)
        note_(
            fmt::format("training steps are launched kernel by kernel on {}, since they cannot be recorded "
                        "as a graph: {}",
                        device_.str(), reason));
      return std::nullopt;
    }
  }
  recording->inputs.copy_(inputs);
  recording->graph->replay();
  StepResult result = recording->result;
  result.losses = result.losses.clone();
  return result;
}

#endif

StepGraphs::StepGraphs(at::Device device, bool enabled, std::function<void(const std::string&)> note)
    : device_(device), enabled_(enabled && can_record(device)), note_(std::move(note)) {
  if (enabled_ && !device.is_cpu())
    stream_ = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

StepGraphs::~StepGraphs() = default;

}  // namespace descent::engine
