#pragma once
// The engine of lib/models: autograd on any device that LibTorch supports. Replicas train in groups, which are
// halved while they do not fit in the memory of the device.

#include <c10/util/Exception.h>

#include <memory>
#include <vector>

#include "engine/torch/replica_group.h"

namespace descent::engine {

// True if each replica must be a group of its own. On the CPU the bits of vectorized loops depend on the position of a
// number in its tensor, so a network would train differently in another stack. Closed forms are solved one at a time.
bool trains_one_by_one(const config::Experiment& experiment, at::Device device);

class TorchEngine final : public Engine {
 public:
  // A group that does not fit in memory is halved, and context.notify is called.
  TorchEngine(std::vector<Replica> replicas, bool one_by_one, TorchContext context);

  const Replica& replica(std::size_t index) const override { return replicas_[index]; }
  std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until) override;
  std::int64_t step(std::size_t replica) const override { return state(replica).step; }
  std::optional<double> learning_rate(std::size_t replica) const override;
  std::optional<double> gradient_norm(std::size_t replica) const override { return state(replica).gradient_norm; }
  double weight_norm(std::size_t replica) const override { return group(replica).weight_norm(member(replica)); }
  std::vector<SplitLoss> evaluate(std::span<const std::size_t> active, config::Split split) override;
  at::Tensor predict(std::size_t replica, config::Split split) override;
  std::vector<NamedTensor> tensors(std::size_t replica) const override;
  void take_snapshot(std::size_t replica) override;
  void restore_snapshot(std::size_t replica) override { group(replica).restore_snapshot(member(replica)); }
  std::unique_ptr<Observation> observe(std::size_t replica) override { return group(replica).observe(member(replica)); }
  void finish(std::size_t replica) override { group(replica).finish(member(replica)); }
  void save(std::size_t replica, core::Writer& writer) override { group(replica).archive(member(replica), writer); }
  void load(std::size_t replica, core::Reader& reader) override { group(replica).archive(member(replica), reader); }

  ReplicaGroup& group(std::size_t replica) const { return *members_[replica].group; }
  const ReplicaGroup::State& state(std::size_t replica) const { return group(replica).state(member(replica)); }

 private:
  // The group of a replica and its index there.
  struct Member {
    std::shared_ptr<ReplicaGroup> group;
    std::size_t index;
  };
  std::size_t member(std::size_t replica) const { return members_[replica].index; }
  void add_group(const std::vector<std::size_t>& replicas);
  void add_halves(const std::vector<std::size_t>& replicas);
  void halve_group(std::size_t replica);

  // Returns use(group, member); when the device runs out of memory, halves the group and tries again.
  template <class Use> auto with_group(std::size_t replica, const Use& use) {
    for (;;) {
      try {
        return use(group(replica), member(replica));
      } catch (const c10::OutOfMemoryError&) {
        if (group(replica).size() == 1) throw;
        halve_group(replica);
      }
    }
  }

  const std::vector<Replica> replicas_;
  const TorchContext context_;
  std::vector<Member> members_;  // by replica
};

}  // namespace descent::engine
