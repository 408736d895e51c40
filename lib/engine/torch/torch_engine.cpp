#include "engine/torch/torch_engine.h"

#include <map>

#include "engine/torch/replica_groups.h"

namespace descent::engine {
namespace {

// On the CPU the bits of vectorized loops depend on the position of a number in its tensor, so that a network would
// train differently in another stack. Closed forms are solved by themselves everywhere.
bool computes_one_by_one(const config::Experiment& experiment, at::Device device) {
  return device.is_cpu() || config::has_closed_form(experiment.train);
}

class TorchEngine final : public Engine {
 public:
  TorchEngine(std::vector<Replica> replicas, bool one_by_one, const TorchPlace& place)
      : groups_(std::move(replicas), one_by_one, place) {}

  const Replica& replica(std::size_t index) const override { return groups_.replica(index); }

  std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until) override {
    std::map<std::size_t, std::optional<std::int64_t>> diverged;  // of those that have advanced
    for (const std::size_t first : active) {
      if (diverged.contains(first)) continue;
      groups_.use(first, [&](ReplicaGroup& group, std::size_t) {
        std::vector<std::size_t> together, members;
        for (const std::size_t replica : active)
          if (!diverged.contains(replica) && &groups_.group(replica) == &group) {
            together.push_back(replica);
            members.push_back(groups_.member(replica));
          }
        const auto steps = group.advance(members, until);
        for (std::size_t i = 0; i < together.size(); ++i) diverged[together[i]] = steps[i];
      });
    }
    std::vector<std::optional<std::int64_t>> result;
    for (const std::size_t replica : active) result.push_back(diverged.at(replica));
    return result;
  }

  std::int64_t step(std::size_t replica) const override { return state(replica).step; }
  std::optional<double> learning_rate(std::size_t replica) const override {
    return group(replica).learning_rate(member(replica));
  }
  std::optional<double> gradient_norm(std::size_t replica) const override { return state(replica).gradient_norm; }
  double weight_norm(std::size_t replica) const override { return group(replica).weight_norm(member(replica)); }

  std::vector<SplitLoss> evaluate(std::span<const std::size_t> active, config::Split split) override {
    std::map<const ReplicaGroup*, std::vector<SplitLoss>> of_groups;
    std::vector<SplitLoss> losses;
    for (const std::size_t replica : active)
      losses.push_back(groups_.use(replica, [&](ReplicaGroup& group, std::size_t member) {
        std::vector<SplitLoss>& of_group = of_groups[&group];
        if (of_group.empty()) of_group = group.evaluate(split);
        return of_group[member];
      }));
    return losses;
  }

  at::Tensor predict(std::size_t replica, config::Split split) override {
    return groups_.use(replica, [&](ReplicaGroup& group, std::size_t member) { return group.predict(member, split); });
  }
  std::vector<NamedTensor> tensors(std::size_t replica) const override {
    return group(replica).tensors(member(replica));
  }
  void keep(std::size_t replica) override {
    groups_.use(replica, [](ReplicaGroup& group, std::size_t member) { group.keep(member); });
  }
  void restore_kept(std::size_t replica) override { group(replica).restore_kept(member(replica)); }
  std::unique_ptr<Observation> observe(std::size_t replica) override { return group(replica).observe(member(replica)); }
  void finish(std::size_t replica) override { group(replica).finish(member(replica)); }
  void save(std::size_t replica, core::Writer& writer) override { group(replica).archive(member(replica), writer); }
  void load(std::size_t replica, core::Reader& reader) override { group(replica).archive(member(replica), reader); }

 private:
  ReplicaGroup& group(std::size_t replica) const { return groups_.group(replica); }
  std::size_t member(std::size_t replica) const { return groups_.member(replica); }
  const ReplicaGroup::State& state(std::size_t replica) const { return group(replica).state(member(replica)); }

  ReplicaGroups groups_;
};

}  // namespace

std::unique_ptr<Engine> make_torch_engine(std::vector<Replica> replicas, const TorchPlace& place) {
  const bool one_by_one = computes_one_by_one(*replicas.front().experiment, place.device);
  return std::make_unique<TorchEngine>(std::move(replicas), one_by_one, place);
}

}  // namespace descent::engine
