#pragma once
// The replicas of a stack in groups that fit the memory of the device.

#include <c10/util/Exception.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/torch/replica_group.h"

namespace descent::engine {

class ReplicaGroups {
 public:
  // As few groups as the memory allows; with `one_by_one` a group for each replica. Its note hears of groups that had
  // to be halved.
  ReplicaGroups(std::vector<Replica> replicas, bool one_by_one, TorchPlace place);

  const Replica& replica(std::size_t index) const { return replicas_[index]; }
  std::size_t size() const { return groups_.size(); }

  ReplicaGroup& group(std::size_t replica) const { return *groups_[group_of(replica)].networks; }
  // The number of the replica within its group.
  std::size_t member(std::size_t replica) const;

  // Calls use(group, member); where the memory of the device does not suffice, halves the group and begins again.
  template <class Use> auto use(std::size_t replica, const Use& use) {
    for (;;) {
      try {
        return use(group(replica), member(replica));
      } catch (const c10::OutOfMemoryError&) {
        if (groups_[group_of(replica)].replicas.size() == 1) throw;
        halve(replica);
      }
    }
  }

  // The group of this replica goes on as two.
  void halve(std::size_t replica);

 private:
  struct Group {
    std::vector<std::size_t> replicas;
    std::unique_ptr<ReplicaGroup> networks;
  };
  std::size_t group_of(std::size_t replica) const;
  void add(std::vector<std::size_t> replicas);
  void add_halves(const std::vector<std::size_t>& replicas);

  const std::vector<Replica> replicas_;
  const TorchPlace place_;
  std::vector<Group> groups_;
};

}  // namespace descent::engine
