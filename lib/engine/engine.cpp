#include "engine/engine.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "config/experiment.h"
#include "engine/devices.h"
#include "engine/fused/fused_engine.h"
#include "engine/torch/torch_engine.h"

namespace descent::engine {

struct Factory::Shared {
  // Passes each message on once, even if several engines send it.
  void notify_once(const std::string& message) {
    const std::lock_guard lock(mutex);
    if (notify && notified.insert(message).second) notify(message);
  }
  // Adds a user to the least used of the GPUs 0 ... count - 1 and returns its index.
  std::size_t acquire_gpu(std::size_t count) {
    const std::lock_guard lock(mutex);
    gpu_users.resize(std::max(gpu_users.size(), count));
    const auto least_used = std::ranges::min_element(gpu_users);
    ++*least_used;
    return static_cast<std::size_t>(least_used - gpu_users.begin());
  }
  void release_gpu(std::size_t index) {
    const std::lock_guard lock(mutex);
    --gpu_users[index];
  }

  const std::function<void(const std::string&)> notify;
  const std::shared_ptr<Ranks> ranks;
  const std::shared_ptr<InputCache> inputs = std::make_shared<InputCache>();
  std::mutex mutex{};
  std::set<std::string> notified{};
  std::vector<std::size_t> gpu_users{};  // number of engines on each GPU
};

Factory::Factory(std::function<void(const std::string&)> notify, std::shared_ptr<Ranks> ranks)
    : shared_(new Shared{std::move(notify), std::move(ranks)}) {}
Factory::~Factory() = default;

std::unique_ptr<Engine> Factory::make(std::vector<Replica> replicas) const {
  const config::Experiment& experiment = *replicas.front().experiment;
  if (config::chosen_engine(experiment) == config::EngineKind::torch) {
    TorchContext context{at::Device(config::name_of(experiment.device)), shared_, *shared_->inputs,
                         [shared = shared_.get()](const std::string& message) { shared->notify_once(message); },
                         shared_->ranks};
    if (const std::size_t count = device_count(experiment.device); count > 1 && shared_->ranks)
      context.device.set_index(
          static_cast<at::DeviceIndex>(static_cast<std::size_t>(shared_->ranks->local_rank()) % count));
    else if (count > 1) {
      const std::size_t index = shared_->acquire_gpu(count);
      context.device.set_index(static_cast<at::DeviceIndex>(index));
      context.lease = std::shared_ptr<void>(nullptr, [shared = shared_, index](void*) { shared->release_gpu(index); });
    }
    context.make_graph = graphs_of(context.device);
    const bool one_by_one = trains_one_by_one(experiment, context.device);
    return std::make_unique<TorchEngine>(std::move(replicas), one_by_one, std::move(context));
  }
  if (experiment.precision == config::Precision::float64)
    return make_fused_engine<double>(std::move(replicas), shared_->inputs);
  return make_fused_engine<float>(std::move(replicas), shared_->inputs);
}

}  // namespace descent::engine
