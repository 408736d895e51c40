#include "engine/torch/replica_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace descent::engine {

ReplicaGroups::ReplicaGroups(std::vector<Replica> replicas, bool one_by_one, TorchPlace place)
    : replicas_(std::move(replicas)), place_(std::move(place)) {
  std::vector<std::size_t> all(replicas_.size());
  std::iota(all.begin(), all.end(), 0);
  if (!one_by_one) add(std::move(all));
  else
    for (const std::size_t replica : all) add({replica});
}

void ReplicaGroups::add(std::vector<std::size_t> replicas) {
  std::vector<const Replica*> members;
  for (const std::size_t replica : replicas) members.push_back(&replicas_[replica]);
  try {
    auto networks = std::make_unique<ReplicaGroup>(std::move(members), place_);
    groups_.push_back({std::move(replicas), std::move(networks)});
    return;
  } catch (const c10::OutOfMemoryError&) {
    if (replicas.size() == 1) throw;
  }
  add_halves(replicas);
}

void ReplicaGroups::add_halves(const std::vector<std::size_t>& replicas) {
  if (place_.note)
    place_.note(fmt::format("{} networks do not fit the memory of {}; trained in halves", replicas.size(),
                            place_.device.str()));
  const auto middle = replicas.begin() + std::ssize(replicas) / 2;
  add({replicas.begin(), middle});
  add({middle, replicas.end()});
}

void ReplicaGroups::halve(std::size_t replica) {
  const auto position = groups_.begin() + static_cast<std::ptrdiff_t>(group_of(replica));
  const std::vector<std::size_t> replicas = position->replicas;
  std::vector<std::string> states;
  for (std::size_t member = 0; member < replicas.size(); ++member) {
    core::Writer writer;
    position->networks->archive(member, writer);
    states.push_back(writer.bytes());
  }
  groups_.erase(position);  // frees its memory
  add_halves(replicas);
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    core::Reader reader(states[i]);
    group(replicas[i]).archive(member(replicas[i]), reader);
  }
}

std::size_t ReplicaGroups::group_of(std::size_t replica) const {
  const auto found = std::ranges::find_if(
      groups_, [&](const Group& group) { return std::ranges::find(group.replicas, replica) != group.replicas.end(); });
  return static_cast<std::size_t>(found - groups_.begin());
}

std::size_t ReplicaGroups::member(std::size_t replica) const {
  const std::vector<std::size_t>& replicas = groups_[group_of(replica)].replicas;
  return static_cast<std::size_t>(std::ranges::find(replicas, replica) - replicas.begin());
}

}  // namespace descent::engine
