#include "engine/torch/torch_engine.h"

#include <map>

#include "engine/torch/replica_group.h"
#include "engine/torch/torch_observation.h"

namespace descent::engine {
namespace {

// On the CPU the bits of vectorized loops depend on the position of a number in its tensor, so that a network would train
// differently in another stack. Closed forms are solved by themselves everywhere.
bool computes_one_by_one(const config::Experiment& experiment, at::Device device) {
  return device.is_cpu() || config::has_closed_form(experiment.train);
}

class TorchEngine final : public Engine {
 public:
  TorchEngine(std::vector<Replica> replicas, at::Device device, DeviceInputs& inputs) : replicas_(std::move(replicas)) {
    const bool alone = computes_one_by_one(*replicas_.front().experiment, device);
    std::vector<const Replica*> members;
    for (const Replica& replica : replicas_) {
      members.push_back(&replica);
      if (!alone && members.size() < replicas_.size()) continue;
      for (std::size_t i = 0; i < members.size(); ++i) places_.push_back({groups_.size(), i});
      groups_.push_back(std::make_unique<ReplicaGroup>(std::move(members), device, inputs));
      members.clear();
    }
  }

  const Replica& replica(std::size_t index) const override { return replicas_[index]; }

  std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until) override {
    std::vector<std::optional<std::int64_t>> diverged(active.size());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      std::vector<std::size_t> members, positions;
      for (std::size_t i = 0; i < active.size(); ++i)
        if (places_[active[i]].group == g) {
          members.push_back(places_[active[i]].member);
          positions.push_back(i);
        }
      const auto steps = groups_[g]->advance(members, until);
      for (std::size_t i = 0; i < positions.size(); ++i) diverged[positions[i]] = steps[i];
    }
    return diverged;
  }

  std::int64_t step(std::size_t replica) const override { return state(replica).step; }
  std::optional<double> learning_rate(std::size_t replica) const override {
    return group(replica).learning_rate(member(replica));
  }
  std::optional<double> gradient_norm(std::size_t replica) const override { return state(replica).gradient_norm; }
  double weight_norm(std::size_t replica) const override { return group(replica).weight_norm(member(replica)); }

  std::vector<SplitLoss> evaluate(std::span<const std::size_t> active, config::Split split) override {
    std::map<std::size_t, std::vector<SplitLoss>> of_groups;
    std::vector<SplitLoss> losses;
    for (const std::size_t replica : active) {
      const auto [found, absent] = of_groups.try_emplace(places_[replica].group);
      if (absent) found->second = group(replica).evaluate(split);
      losses.push_back(found->second[member(replica)]);
    }
    return losses;
  }

  at::Tensor predict(std::size_t replica, config::Split split) override {
    return group(replica).predict(member(replica), split);
  }
  std::vector<NamedTensor> tensors(std::size_t replica) const override {
    return group(replica).tensors(member(replica));
  }
  void keep(std::size_t replica) override { group(replica).keep(member(replica)); }
  void restore_kept(std::size_t replica) override { group(replica).restore_kept(member(replica)); }
  std::unique_ptr<Observation> observe(std::size_t replica) override {
    return std::make_unique<TorchObservation>(group(replica), member(replica));
  }
  void finish(std::size_t replica) override { group(replica).finish(member(replica)); }
  void save(std::size_t replica, core::Writer& writer) override { group(replica).archive(member(replica), writer); }
  void load(std::size_t replica, core::Reader& reader) override { group(replica).archive(member(replica), reader); }

 private:
  struct Place {
    std::size_t group, member;
  };
  ReplicaGroup& group(std::size_t replica) const { return *groups_[places_[replica].group]; }
  std::size_t member(std::size_t replica) const { return places_[replica].member; }
  const ReplicaGroup::State& state(std::size_t replica) const { return group(replica).state(member(replica)); }

  const std::vector<Replica> replicas_;
  std::vector<Place> places_;  // by replica
  std::vector<std::unique_ptr<ReplicaGroup>> groups_;
};

}  // namespace

std::unique_ptr<Engine> make_torch_engine(std::vector<Replica> replicas, at::Device device, DeviceInputs& inputs) {
  return std::make_unique<TorchEngine>(std::move(replicas), device, inputs);
}

}  // namespace descent::engine
