// oracle_dump EXPERIMENT OUT.safetensors: what every point of an experiment computed, for compare.py.
// Per point (prefix "<index>/"): x, y, test_x, test_y; order [steps, batch], -1 where the last batch is short;
// init/..., logits0 and grad/... of the first batch, final/...; train_loss, train_error, test_loss, test_error.

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "config/read.h"
#include "engine/fused/replica_state.h"
#include "formats/safetensors.h"
#include "fused/tensors.h"
#include "plan/plan.h"
#include "report/guard.h"
#include "train/schedule.h"
#include "train/stack.h"

namespace descent {
namespace {

// Keeps the values alive until the file is written.
class Dump {
 public:
  template <class T> void add(std::string name, std::vector<std::int64_t> shape, std::vector<T> values) {
    auto& kept = std::get<std::deque<std::vector<T>>>(storage_);
    kept.push_back(std::move(values));
    views_.push_back({std::move(name), std::move(shape), std::span<const T>(kept.back())});
  }
  template <class T> void add(const std::string& name, const at::Tensor& tensor) {
    const at::Tensor values = tensor.contiguous();
    const T* begin = values.const_data_ptr<T>();
    add(name, values.sizes().vec(), std::vector<T>(begin, begin + values.numel()));
  }
  void write(const std::string& path) const { formats::write_safetensors(path, views_); }

 private:
  std::tuple<std::deque<std::vector<float>>, std::deque<std::vector<double>>, std::deque<std::vector<std::int32_t>>,
             std::deque<std::vector<std::int64_t>>>
      storage_;
  std::vector<formats::TensorView> views_;
};

// One point, with the seed of its first run, in the parts of the fused engine.
template <class T> class PointDump {
 public:
  PointDump(const config::Experiment& experiment, std::int64_t seed, const std::string& prefix, Dump& dump)
      : PointDump(train::make_replica(experiment, seed, loader()), prefix, dump) {}

  void write() {
    add_data("x", "y", replica_.data.train);
    add_data("test_x", "test_y", replica_.data.test);
    add_tensors("init/");
    const std::int64_t steps = add_order();
    if (steps > 0) add_first_step();
    state_.advance(steps);
    for (const auto& [name, split] :
         {std::pair{"train", config::Split::train}, std::pair{"test", config::Split::test}}) {
      const engine::SplitLoss measured = state_.evaluate(split);
      dump_.add(prefix_ + name + "_loss", {1}, std::vector<double>{measured.loss});
      if (measured.error) dump_.add(prefix_ + name + "_error", {1}, std::vector<double>{*measured.error});
    }
    add_tensors("final/");
  }

 private:
  PointDump(const engine::Replica& replica, const std::string& prefix, Dump& dump)
      : replica_(replica), prefix_(prefix), dump_(dump),
        layout_(fused::make_layout<T>(replica.experiment->model, replica.data.shape, replica.data.outputs)),
        workspace_(replica, layout_), state_(replica, layout_, workspace_, inputs_),
        order_(replica.experiment->train, replica.data.train.size, replica.seed) {}

  static data::Loader& loader() {
    static data::Loader shared;
    return shared;
  }

  void add_data(const std::string& x, const std::string& y, const data::Part& part) {
    dump_.add(prefix_ + x, {part.size, replica_.data.features}, std::vector<T>(part.x->begin(), part.x->end()));
    if (replica_.data.classes > 0) dump_.add(prefix_ + y, {part.size}, part.y);
    else
      dump_.add(prefix_ + y, {part.size, replica_.data.outputs},
                std::vector<T>(part.targets.begin(), part.targets.end()));
  }

  void add_tensors(const std::string& name) {
    for (const engine::NamedTensor& tensor : state_.tensors())
      dump_.add<T>(prefix_ + name + tensor.name, tensor.values);
  }

  std::int64_t add_order() {
    const config::Train& train = replica_.experiment->train;
    const std::int64_t examples = replica_.data.train.size, batch = config::batch_size(train, examples);
    const std::int64_t steps = config::total_steps(train, examples);
    std::vector<std::int64_t> order(static_cast<std::size_t>(steps * batch), -1);
    for (std::int64_t step = 0; step < steps; ++step)
      std::ranges::copy(order_.batch(step), order.begin() + step * batch);
    dump_.add(prefix_ + "order", {steps, batch}, order);
    return steps;
  }

  // On a copy of the statistics: the forward pass of training moves them.
  void add_first_step() {
    const auto indices = order_.batch(0);
    const auto rows = static_cast<std::int64_t>(indices.size());
    const std::int64_t stride = layout_.input_stride;
    fused::Buffer<T> x(rows * stride), statistics(layout_.statistics);
    for (std::int64_t i = 0; i < rows; ++i)
      std::copy_n(replica_.data.train.x->data() + indices[static_cast<std::size_t>(i)] * layout_.features,
                  layout_.features, x.data() + i * stride);
    std::copy_n(state_.statistics.data(), layout_.statistics, statistics.data());
    fused::Network<T>& network = *workspace_.network;
    const T* logits = network.forward(x.data(), rows, state_.parameters.data(), statistics.data(), {});
    dump_.add<T>(prefix_ + "logits0", fused::matrix_view(logits, rows, layout_.outputs, layout_.output_stride));
    engine::Loss<T>(replica_.experiment->train.loss, replica_.data, layout_.output_stride, rows)
        .train(network, replica_.data.train, indices, logits);
    T* const gradient = workspace_.gradient.data();
    network.backward(x.data(), rows, state_.parameters.data(), gradient, {});
    for (const fused::TensorSlot& tensor : layout_.tensors)
      if (!tensor.is_statistic())
        dump_.add<T>(prefix_ + "grad/" + tensor.name, fused::dense_tensor<T>(tensor, gradient));
  }

  const engine::Replica replica_;
  const std::string prefix_;
  Dump& dump_;
  const fused::Layout layout_;
  engine::Workspace<T> workspace_;
  engine::Inputs<T> inputs_;
  engine::ReplicaState<T> state_;
  engine::BatchOrder order_;
};

int dump(const std::string& file, const std::string& out) {
  const plan::Plan plan = plan::make_plan(config::read_document(file));
  Dump dump;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const config::Experiment& experiment = plan.points[i].experiment;
    const std::string prefix = fmt::format("{}/", i);
    const std::int64_t seed = experiment.seeds.front();
    if (experiment.precision == config::Precision::float64) PointDump<double>(experiment, seed, prefix, dump).write();
    else PointDump<float>(experiment, seed, prefix, dump).write();
  }
  dump.write(out);
  return 0;
}

}  // namespace
}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] {
    if (argc != 3) throw descent::core::InputError("usage: oracle_dump EXPERIMENT OUT.safetensors");
    return descent::dump(argv[1], argv[2]);
  });
}
