#pragma once
// A torch engine that trains several networks together, as on a GPU.

#include <ATen/Parallel.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/torch/torch_engine.h"

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
    engine = std::make_unique<TorchEngine>(
        std::move(replicas), one_by_one,
        TorchContext{device, nullptr, inputs, [this](const std::string& note) { notes.push_back(note); }, nullptr,
                     std::move(make_graph)});
  }
  void advance(std::int64_t until) { diverged = engine->advance(std::vector<std::size_t>{0, 1, 2, 3}, until); }
  std::vector<NamedTensor> tensors(std::size_t replica) const { return engine->tensors(replica); }
  std::size_t group_count() const {
    std::set<const ReplicaGroup*> groups;
    for (std::size_t r = 0; r < 4; ++r) groups.insert(&engine->group(r));
    return groups.size();
  }
  std::vector<std::optional<std::int64_t>> diverged;
  InputCache inputs;
  std::vector<std::string> notes;
  std::unique_ptr<TorchEngine> engine;
};

}  // namespace descent::engine
