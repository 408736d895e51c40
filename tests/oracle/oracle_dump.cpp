// oracle_dump EXPERIMENT OUT.safetensors: trains every point of an experiment and writes its tensors, for compare.py.
// Per point (prefix "<index>/"): x, y, test_x, test_y; order [steps, batch], -1 where the last batch is short;
// init/..., logits0 and grad/... of the first batch, final/...; train_loss, train_error, test_loss, test_error.

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "config/read.h"
#include "formats/safetensors.h"
#include "plan/plan.h"
#include "report/guard.h"
#include "train/single.h"
#include "train/weights.h"

namespace descent {
namespace {

// Keeps the values alive until the file is written.
class Dump {
 public:
  template <class T>
  void add(std::string name, std::vector<std::int64_t> shape, std::vector<T> values) {
    auto& kept = std::get<std::deque<std::vector<T>>>(storage_);
    kept.push_back(std::move(values));
    views_.push_back({std::move(name), std::move(shape), std::span<const T>(kept.back())});
  }
  template <class T>
  void add(const std::string& prefix, const std::map<std::string, train::DenseTensor<T>>& tensors) {
    for (const auto& [name, tensor] : tensors) add(prefix + name, tensor.shape, tensor.values);
  }
  void write(const std::string& path) const { formats::write_safetensors(path, views_); }

 private:
  std::tuple<std::deque<std::vector<float>>, std::deque<std::vector<double>>, std::deque<std::vector<std::int32_t>>,
             std::deque<std::vector<std::int64_t>>>
      storage_;
  std::vector<formats::TensorView> views_;
};

// One point, with the seed of its first run.
template <class T>
class PointDump {
 public:
  PointDump(const config::Experiment& experiment, std::int64_t seed, const std::string& prefix, Dump& dump)
      : experiment_(experiment), prefix_(prefix), dump_(dump), net_(experiment, seed),
        batch_(config::batch_size(experiment.train, net_.data.train.size)) {}

  void write() {
    add_data("x", "y", net_.data.train);
    add_data("test_x", "test_y", net_.data.test);
    dump_.add(prefix_ + "init/", train::dense_tensors<T>(net_.layout, net_.parameters.data(), net_.statistics.data()));
    const std::int64_t steps = add_order();
    if (steps > 0) add_first_step();
    net_.replica.advance(*net_.network, steps);
    net_.replica.evaluate(*net_.network);
    const store::Metrics metrics = net_.replica.finish(*net_.network, "").summary.final->metrics;
    dump_.add(prefix_ + "final/", train::dense_tensors<T>(net_.layout, net_.parameters.data(), net_.statistics.data()));
    for (const auto& [name, value] :
         {std::pair{"train_loss", metrics.train_loss}, std::pair{"train_error", metrics.train_error},
          std::pair{"test_loss", metrics.test_loss}, std::pair{"test_error", metrics.test_error}})
      if (value) dump_.add(prefix_ + name, {1}, std::vector<double>{*value});
  }

 private:
  void add_data(const std::string& x, const std::string& y, const data::Part& part) {
    dump_.add(prefix_ + x, {part.size, net_.data.features}, std::vector<T>(part.x->begin(), part.x->end()));
    if (net_.data.classes > 0) dump_.add(prefix_ + y, {part.size}, part.y);
    else dump_.add(prefix_ + y, {part.size, net_.data.outputs}, std::vector<T>(part.targets.begin(), part.targets.end()));
  }

  std::int64_t add_order() {
    const std::int64_t steps = config::total_steps(experiment_.train, net_.data.train.size);
    std::vector<std::int64_t> order(static_cast<std::size_t>(steps * batch_), -1);
    for (std::int64_t step = 0; step < steps; ++step)
      std::ranges::copy(net_.replica.batch(step), order.begin() + step * batch_);
    dump_.add(prefix_ + "order", {steps, batch_}, order);
    return steps;
  }

  // On a copy of the statistics, which the forward pass of training updates.
  void add_first_step() {
    const auto indices = net_.replica.batch(0);
    const auto rows = static_cast<std::int64_t>(indices.size());
    const std::int64_t outputs = net_.data.outputs, stride = net_.layout.output_stride;
    fused::Buffer<T> x(rows * net_.layout.input_stride), statistics(net_.layout.statistics);
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t example = indices[static_cast<std::size_t>(i)];
      std::copy_n(net_.data.train.x->data() + example * net_.data.features, net_.data.features, x.data() + i * net_.layout.input_stride);
    }
    std::copy_n(net_.statistics.data(), net_.layout.statistics, statistics.data());
    const T* logits = net_.network->forward(x.data(), rows, net_.parameters.data(), statistics.data(), {});
    std::vector<T> dense;
    for (std::int64_t r = 0; r < rows; ++r) dense.insert(dense.end(), logits + r * stride, logits + r * stride + outputs);
    dump_.add(prefix_ + "logits0", {rows, outputs}, dense);
    train::Loss<T>(experiment_.train.loss, net_.data, stride, rows)
        .train(*net_.network, net_.data.train, indices, logits);
    net_.network->backward(x.data(), rows, net_.parameters.data(), net_.gradient.data(), {});
    dump_.add(prefix_ + "grad/", train::dense_tensors<T>(net_.layout, net_.gradient.data(), nullptr));
  }

  const config::Experiment& experiment_;
  const std::string prefix_;
  Dump& dump_;
  train::Single<T> net_;
  const std::int64_t batch_;
};

int dump(const std::string& file, const std::string& out) {
  const plan::Plan plan = plan::make_plan(config::read_document(file));
  Dump dump;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const config::Experiment& experiment = plan.points[i].experiment;
    const std::string prefix = fmt::format("{}/", i);
    const std::int64_t seed = experiment.seeds.front();
    if (experiment.precision == config::Precision::float64)
      PointDump<double>(experiment, seed, prefix, dump).write();
    else
      PointDump<float>(experiment, seed, prefix, dump).write();
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
