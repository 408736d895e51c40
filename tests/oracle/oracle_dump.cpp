// oracle_dump EXPERIMENT OUT.safetensors: trains one network per point of an experiment, for the Python files in this
// folder. For each point (prefix "<index>/"): x, y, test_x, test_y; the examples of each batch, order [steps, batch],
// padded with -1; init/... and final/...; train_loss, train_error, train_mae, test_loss, ...

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>

#include "config/read.h"
#include "engine/batch_order.h"
#include "oracle/dump.h"
#include "plan/plan.h"
#include "report/notice.h"
#include "train/stack.h"

namespace descent {
namespace {

at::Tensor inputs_of(const data::Part& part, std::int64_t features) {
  return torch::tensor(*part.x, at::kDouble).view({part.size, features});
}

at::Tensor targets_of(const data::Part& part, const data::RunData& data) {
  if (data.classes > 0) return torch::tensor(part.y, at::kInt).to(at::kLong);
  return torch::tensor(part.targets, at::kDouble).view({part.size, data.outputs});
}

at::Tensor order_of(const config::Train& train, std::int64_t examples, std::int64_t seed) {
  engine::BatchOrder order(train, examples, seed);
  const std::int64_t steps = config::total_steps(train, examples);
  const at::Tensor all = torch::full({steps, config::batch_size(train, examples)}, -1, at::kLong);
  for (std::int64_t step = 0; step < steps; ++step)
    std::ranges::copy(order.batch(step), all[step].mutable_data_ptr<std::int64_t>());
  return all;
}

// Trains the first seed.
void dump_point(const config::Experiment& experiment, const std::string& prefix, train::SharedState& shared,
                Dump& dump) {
  const std::int64_t seed = experiment.seeds.front();
  const auto engine = shared.engines.make({train::make_replica(experiment, seed, shared.loader)});
  const data::RunData& data = engine->replica(0).data;
  const auto add_tensors = [&](const std::string& name) {
    for (const engine::NamedTensor& tensor : engine->tensors(0)) dump.add(prefix + name + tensor.name, tensor.values);
  };
  for (const auto& [name, part] : {std::pair{"", &data.train}, {"test_", &data.test}}) {
    dump.add(prefix + name + "x", inputs_of(*part, data.features));
    dump.add(prefix + name + "y", targets_of(*part, data));
  }
  dump.add(prefix + "order", order_of(experiment.train, data.train.size, seed));
  add_tensors("init/");
  const std::vector<std::size_t> only{0};
  engine->advance(only, config::total_steps(experiment.train, data.train.size));
  add_tensors("final/");
  for (const auto& [name, split] : {std::pair{"train", config::Split::train}, {"test", config::Split::test}}) {
    const engine::SplitLoss measured = engine->evaluate(only, split).front();
    dump.add(prefix + name + "_loss", torch::tensor(measured.loss, at::kDouble));
    if (measured.absolute_error) dump.add(prefix + name + "_mae", torch::tensor(*measured.absolute_error, at::kDouble));
    if (measured.error) dump.add(prefix + name + "_error", torch::tensor(*measured.error, at::kDouble));
  }
}

int dump(const std::string& file, const std::string& out) {
  at::set_num_threads(1);
  const plan::Plan plan = plan::make_plan(config::read_document(file));
  train::SharedState shared;
  Dump dump;
  for (std::size_t i = 0; i < plan.points.size(); ++i)
    dump_point(plan.points[i].experiment, fmt::format("{}/", i), shared, dump);
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
