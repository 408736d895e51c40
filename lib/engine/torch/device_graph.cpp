#include "engine/torch/device_graph.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <mutex>
#include <set>
#include <utility>

#ifdef DESCENT_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#endif

namespace descent::engine {

#ifdef DESCENT_CUDA_GRAPHS
static_assert(CUDA_VERSION >= 12040, "with the headers of an older CUDA, LibTorch's class has other members");

namespace {

// From LibTorch 2.14 on, generators are registered automatically.
template <class Graph> void register_generator(Graph& graph, const at::Generator& generator) {
  if constexpr (requires { graph.register_generator_state(generator); }) graph.register_generator_state(generator);
}

class CudaGraph final : public DeviceGraph {
 public:
  void begin(const std::vector<at::Generator>& generators, const DeviceGraph* other) override {
    for (const at::Generator& generator : generators) register_generator(graph_, generator);
    if (other) pool_ = static_cast<const CudaGraph*>(other)->pool_;
    graph_.capture_begin(pool_, cudaStreamCaptureModeThreadLocal);  // other threads are not affected
    pool_ = graph_.pool();
  }
  void end() override { graph_.capture_end(); }
  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
  c10::MempoolId_t pool_{0, 0};  // create a new pool
};

}  // namespace

MakeGraph graphs_of(at::Device device) {
  if (!device.is_cuda()) return {};
  return [] { return std::make_unique<CudaGraph>(); };
}
#else
MakeGraph graphs_of(at::Device) { return {}; }
#endif

std::shared_ptr<const c10::Stream> exclusive_stream(at::Device device) {
  constexpr int streams = 32;  // in LibTorch's pool, which returns them in turn
  static std::mutex mutex;
  static std::set<std::pair<c10::DeviceIndex, c10::StreamId>> taken;
  const std::lock_guard lock(mutex);
  for (int i = 0; i < streams; ++i) {
    const c10::Stream stream = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
    const std::pair key(stream.device_index(), stream.id());
    if (!taken.insert(key).second) continue;
    return {new c10::Stream(stream), [key](const c10::Stream* held) {
              const std::lock_guard lock(mutex);
              taken.erase(key);
              delete held;
            }};
  }
  return nullptr;
}

}  // namespace descent::engine
