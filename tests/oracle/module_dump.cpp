// module_dump EXPERIMENT FOLDER: trains the modules of lib/models in double precision, for compare_modules.py.
// For every point i of the experiment, FOLDER/i.py is the network in Python. FOLDER/i.safetensors contains tensors of
// stacks of R = 1 and R = 3 replicas (prefix "R/") with different weights and examples: x [R, B, inputs] and y;
// init/..., gradient/<step>/... and final/..., each [R, ...]; losses [steps, R] of plain SGD; outputs in evaluation
// mode after the last step.

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/types.h>

#include <filesystem>

#include "config/data_facts.h"
#include "core/error.h"
#include "core/files.h"
#include "models/network.h"
#include "oracle/dump.h"
#include "plan/export/python.h"
#include "plan/plan.h"
#include "report/notice.h"

namespace descent {
namespace {

constexpr std::int64_t batch = 12, steps = 10;
constexpr double learning_rate = 0.05;

// The loss of each replica, [R].
at::Tensor losses_of(const at::Tensor& outputs, const at::Tensor& y) {
  std::vector<at::Tensor> losses;
  for (std::int64_t r = 0; r < outputs.size(0); ++r)
    losses.push_back(y.is_floating_point() ? torch::mse_loss(outputs[r], y[r])
                                           : torch::cross_entropy_loss(outputs[r], y[r]));
  return torch::stack(losses);
}

void dump_stack(const config::Experiment& experiment, std::int64_t replicas, Dump& dump) {
  const std::string prefix = fmt::format("{}/", replicas);
  const config::DataFacts facts = config::data_facts(experiment.data);
  const auto network =
      models::make_network(experiment.model, facts.shape, facts.outputs, replicas, experiment.train.loss.kind);
  for (std::int64_t r = 0; r < replicas; ++r) network->initialize(r, experiment.model.init, r);
  network->to(at::kDouble);
  const auto add_tensors = [&](const std::string& name) {
    for (const auto& tensor : network->named_parameters()) dump.add(prefix + name + tensor.key(), tensor.value());
    for (const auto& tensor : network->named_buffers()) dump.add(prefix + name + tensor.key(), tensor.value());
  };
  torch::manual_seed(1);
  const at::Tensor x = torch::randn({replicas, batch, facts.shape.features()}, at::kDouble);
  const at::Tensor y = facts.classes > 0 ? torch::randint(facts.classes, {replicas, batch}, at::kLong)
                                         : torch::randn({replicas, batch, facts.outputs}, at::kDouble);
  dump.add(prefix + "x", x);
  dump.add(prefix + "y", y);
  add_tensors("init/");
  std::vector<at::Tensor> losses;
  for (std::int64_t step = 0; step < steps; ++step) {
    losses.push_back(losses_of(network->forward(x), y));
    network->zero_grad();
    losses.back().sum().backward();
    const torch::NoGradGuard no_grad;
    for (const auto& parameter : network->named_parameters()) {
      dump.add(fmt::format("{}gradient/{}/{}", prefix, step, parameter.key()), parameter.value().grad());
      parameter.value().sub_(parameter.value().grad(), learning_rate);
    }
  }
  dump.add(prefix + "losses", torch::stack(losses));
  add_tensors("final/");
  network->eval();
  dump.add(prefix + "outputs", network->forward(x));
}

int dump(const std::string& file, const std::filesystem::path& folder) {
  at::set_num_threads(1);
  const plan::Plan plan = plan::make_plan(config::read_document(file));
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const config::Experiment& experiment = plan.points[i].experiment;
    Dump dump;
    for (const std::int64_t replicas : {1, 3}) dump_stack(experiment, replicas, dump);
    dump.write(folder / fmt::format("{}.safetensors", i));
    core::write_file_atomically(folder / fmt::format("{}.py", i),
                                plan::python_source(experiment, {}, "", "weights.safetensors"));
  }
  return 0;
}

}  // namespace
}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] {
    if (argc != 3) throw descent::core::InputError("usage: module_dump EXPERIMENT FOLDER");
    return descent::dump(argv[1], argv[2]);
  });
}
