#pragma once
// Networks that the torch engine trains at once, as it does on a GPU.

#include <ATen/Parallel.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/torch/replica_groups.h"

namespace descent::engine {

struct Stack {
  using Rate = std::function<double(std::int64_t seed, std::int64_t step)>;
  static double usual_rate(std::int64_t seed, std::int64_t) { return seed < 2 ? 0.01 : 0.03; }

  Stack(const config::Experiment& experiment, std::int64_t count, bool one_by_one, const Rate& rate = usual_rate,
        MakeGraph make_graph = {}, at::Device device = at::kCPU) {
    at::set_num_threads(1);
    std::vector<Replica> replicas;
    for (std::int64_t seed = 0; seed < count; ++seed)
      replicas.push_back({&experiment, seed, data::Loader().load(experiment.data, seed),
                          [seed, rate](std::int64_t step) { return rate(seed, step); }});
    groups = std::make_unique<ReplicaGroups>(
        std::move(replicas), one_by_one,
        TorchPlace{device, nullptr, inputs, [this](const std::string& note) { notes.push_back(note); }, nullptr,
                   std::move(make_graph)});
  }
  // All members of each group together.
  void advance(std::int64_t until) {
    for (std::size_t r = 0; r < 4; ++r)
      if (groups->member(r) == 0)
        groups->use(r, [&](ReplicaGroup& group, std::size_t) {
          std::vector<std::size_t> members;
          for (std::size_t other = r; other < 4 && &groups->group(other) == &group; ++other)
            members.push_back(groups->member(other));
          diverged = group.advance(members, until);
        });
  }
  std::vector<NamedTensor> tensors(std::size_t replica) const {
    return groups->group(replica).tensors(groups->member(replica));
  }
  std::vector<std::optional<std::int64_t>> diverged;
  DeviceInputs inputs;
  std::vector<std::string> notes;
  std::unique_ptr<ReplicaGroups> groups;
};

}  // namespace descent::engine
