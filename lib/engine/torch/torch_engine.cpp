#include "engine/torch/torch_engine.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

namespace descent::engine {

bool trains_one_by_one(const config::Experiment& experiment, at::Device device) {
  return device.is_cpu() || config::has_closed_form(experiment.train);
}

TorchEngine::TorchEngine(std::vector<Replica> replicas, bool one_by_one, TorchContext context)
    : replicas_(std::move(replicas)), context_(std::move(context)), members_(replicas_.size()) {
  std::vector<std::size_t> all(replicas_.size());
  std::iota(all.begin(), all.end(), 0);
  if (!one_by_one) add_group(all);
  else
    for (const std::size_t replica : all) add_group({replica});
}

void TorchEngine::add_group(const std::vector<std::size_t>& replicas) {
  std::vector<const Replica*> members;
  for (const std::size_t replica : replicas) members.push_back(&replicas_[replica]);
  try {
    const auto group = std::make_shared<ReplicaGroup>(std::move(members), context_);
    for (std::size_t i = 0; i < replicas.size(); ++i) members_[replicas[i]] = {group, i};
  } catch (const c10::OutOfMemoryError&) {
    if (replicas.size() == 1) throw;
    add_halves(replicas);
  }
}

void TorchEngine::add_halves(const std::vector<std::size_t>& replicas) {
  if (context_.notify)
    context_.notify(fmt::format("{} networks do not fit in the memory of {}; training them in two halves",
                                replicas.size(), context_.device.str()));
  const auto middle = replicas.begin() + std::ssize(replicas) / 2;
  add_group({replicas.begin(), middle});
  add_group({middle, replicas.end()});
}

void TorchEngine::halve_group(std::size_t replica) {
  std::vector<std::size_t> replicas;
  std::vector<std::string> states;
  for (std::size_t r = 0; r < members_.size(); ++r)
    if (members_[r].group == members_[replica].group) {
      core::Writer writer;
      save(r, writer);
      replicas.push_back(r);
      states.push_back(writer.bytes());
    }
  for (const std::size_t r : replicas) members_[r].group.reset();  // frees its memory
  add_halves(replicas);
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    core::Reader reader(states[i]);
    load(replicas[i], reader);
  }
}

std::vector<std::optional<std::int64_t>> TorchEngine::advance(std::span<const std::size_t> active, std::int64_t until) {
  std::map<std::size_t, std::optional<std::int64_t>> diverged;  // by replica that has advanced
  for (const std::size_t first : active) {
    if (diverged.contains(first)) continue;
    with_group(first, [&](ReplicaGroup& group, std::size_t) {
      std::vector<std::size_t> together, members;
      for (const std::size_t replica : active)
        if (!diverged.contains(replica) && members_[replica].group.get() == &group) {
          together.push_back(replica);
          members.push_back(member(replica));
        }
      const auto steps = group.advance(members, until);
      for (std::size_t i = 0; i < together.size(); ++i) diverged[together[i]] = steps[i];
    });
  }
  std::vector<std::optional<std::int64_t>> result;
  for (const std::size_t replica : active) result.push_back(diverged.at(replica));
  return result;
}

std::optional<double> TorchEngine::learning_rate(std::size_t replica) const {
  return group(replica).learning_rate(member(replica));
}

std::vector<SplitLoss> TorchEngine::evaluate(std::span<const std::size_t> active, config::Split split) {
  std::map<const ReplicaGroup*, std::vector<SplitLoss>> by_group;
  std::vector<SplitLoss> losses;
  for (const std::size_t replica : active)
    losses.push_back(with_group(replica, [&](ReplicaGroup& group, std::size_t member) {
      std::vector<SplitLoss>& of_group = by_group[&group];
      if (of_group.empty()) of_group = group.evaluate(split);
      return of_group[member];
    }));
  return losses;
}

at::Tensor TorchEngine::predict(std::size_t replica, config::Split split) {
  return with_group(replica, [&](ReplicaGroup& group, std::size_t member) { return group.predict(member, split); });
}

std::vector<NamedTensor> TorchEngine::tensors(std::size_t replica) const {
  return group(replica).tensors(member(replica));
}

void TorchEngine::take_snapshot(std::size_t replica) {
  with_group(replica, [](ReplicaGroup& group, std::size_t member) { group.take_snapshot(member); });
}

}  // namespace descent::engine
