#include "engine/fused/fused_engine.h"

#include <algorithm>

#include "engine/fused/replica_state.h"

namespace descent::engine {
namespace {

template <class T> class FusedEngine final : public Engine {
 public:
  FusedEngine(std::vector<Replica> replicas, std::shared_ptr<InputCache> inputs)
      : layout_(fused::make_layout<T>(replicas.front().experiment->model, replicas.front().data.shape,
                                      replicas.front().data.outputs)),
        workspace_(replicas.front(), layout_) {
    for (Replica& replica : replicas)
      states_.push_back(std::make_unique<ReplicaState<T>>(std::move(replica), layout_, workspace_, inputs));
  }

  const Replica& replica(std::size_t index) const override { return states_[index]->replica; }
  std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until) override {
    std::vector<std::optional<std::int64_t>> diverged;
    for (const std::size_t replica : active) diverged.push_back(states_[replica]->advance(until));
    return diverged;
  }
  std::int64_t step(std::size_t replica) const override { return states_[replica]->step; }
  std::optional<double> learning_rate(std::size_t replica) const override {
    const ReplicaState<T>& state = *states_[replica];
    return state.replica.learning_rate(std::max<std::int64_t>(state.step - 1, 0));
  }
  std::optional<double> gradient_norm(std::size_t replica) const override { return states_[replica]->gradient_norm; }
  double weight_norm(std::size_t replica) const override { return states_[replica]->weight_norm(); }

  std::vector<SplitLoss> evaluate(std::span<const std::size_t> active, config::Split split) override {
    std::vector<SplitLoss> losses;
    for (const std::size_t replica : active) losses.push_back(states_[replica]->evaluate(split));
    return losses;
  }
  at::Tensor predict(std::size_t replica, config::Split split) override { return states_[replica]->predict(split); }

  std::vector<NamedTensor> tensors(std::size_t replica) const override { return states_[replica]->tensors(); }
  void take_snapshot(std::size_t replica) override { states_[replica]->take_snapshot(); }
  void restore_snapshot(std::size_t replica) override { states_[replica]->restore_snapshot(); }
  std::unique_ptr<Observation> observe(std::size_t replica) override { return states_[replica]->observe(); }
  void finish(std::size_t) override {}
  void save(std::size_t replica, core::Writer& writer) override { states_[replica]->archive(writer); }
  void load(std::size_t replica, core::Reader& reader) override { states_[replica]->archive(reader); }

 private:
  const fused::Layout layout_;
  Workspace<T> workspace_;
  std::vector<std::unique_ptr<ReplicaState<T>>> states_;
};

}  // namespace

template <class T>
std::unique_ptr<Engine> make_fused_engine(std::vector<Replica> replicas, std::shared_ptr<InputCache> inputs) {
  return std::make_unique<FusedEngine<T>>(std::move(replicas), std::move(inputs));
}

template std::unique_ptr<Engine> make_fused_engine<float>(std::vector<Replica>, std::shared_ptr<InputCache>);
template std::unique_ptr<Engine> make_fused_engine<double>(std::vector<Replica>, std::shared_ptr<InputCache>);

}  // namespace descent::engine
