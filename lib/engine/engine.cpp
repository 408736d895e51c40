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
  // How many engines use each device of one kind.
  class Users {
   public:
    // Of the devices 0 ... count - 1 one that the fewest use, and now one more.
    std::size_t enter(std::size_t count) {
      const std::lock_guard lock(mutex_);
      users_.resize(std::max(users_.size(), count));
      const auto index = static_cast<std::size_t>(std::ranges::min_element(users_) - users_.begin());
      ++users_[index];
      return index;
    }
    void leave(std::size_t index) {
      const std::lock_guard lock(mutex_);
      --users_[index];
    }

   private:
    std::mutex mutex_;
    std::vector<std::size_t> users_;
  };

  // Hears each message once, whatever number of engines has it.
  class Note {
   public:
    explicit Note(std::function<void(const std::string&)> hear) : hear_(std::move(hear)) {}
    void operator()(const std::string& message) {
      const std::lock_guard lock(mutex_);
      if (hear_ && said_.insert(message).second) hear_(message);
    }

   private:
    const std::function<void(const std::string&)> hear_;
    std::mutex mutex_;
    std::set<std::string> said_;
  };

  Note note;
  std::shared_ptr<Ranks> ranks;
  std::shared_ptr<DeviceInputs> inputs = std::make_shared<DeviceInputs>();
  Users gpus{};
};

Factory::Factory(std::function<void(const std::string&)> note, std::shared_ptr<Ranks> ranks)
    : shared_(new Shared{Shared::Note(std::move(note)), std::move(ranks)}) {}
Factory::~Factory() = default;

std::unique_ptr<Engine> Factory::make(std::vector<Replica> replicas) const {
  const config::Experiment& experiment = *replicas.front().experiment;
  if (config::chosen_engine(experiment) == config::EngineKind::torch) {
    TorchPlace place{at::Device(config::name_of(experiment.device)), shared_, *shared_->inputs,
                     [shared = shared_.get()](const std::string& message) { shared->note(message); }, shared_->ranks};
    if (const std::size_t count = device_count(experiment.device); count > 1 && shared_->ranks)
      place.device.set_index(
          static_cast<at::DeviceIndex>(static_cast<std::size_t>(shared_->ranks->local_rank()) % count));
    else if (count > 1) {
      const std::size_t index = shared_->gpus.enter(count);
      place.device.set_index(static_cast<at::DeviceIndex>(index));
      place.lease = std::shared_ptr<void>(nullptr, [shared = shared_, index](void*) { shared->gpus.leave(index); });
    }
    place.make_graph = graphs_of(place.device);
    return make_torch_engine(std::move(replicas), place);
  }
  if (experiment.precision == config::Precision::float64)
    return make_fused_engine<double>(std::move(replicas), shared_->inputs);
  return make_fused_engine<float>(std::move(replicas), shared_->inputs);
}

}  // namespace descent::engine
