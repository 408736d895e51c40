// Recorded training steps, with an emulation of CUDA graphs on the CPU: operations are stored with their arguments,
// tensors by address and numbers by value, and computed again.

#include <ATen/Context.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <gmock/gmock.h>
#include <torch/library.h>

#include "config/read.h"
#include "engine/stack.h"

namespace descent::engine {
namespace {

// A key that no tensor has, between autograd and the CPU kernels.
constexpr c10::DispatchKey recorder = c10::DispatchKey::FPGA;

struct Call {
  c10::OperatorHandle operation;
  torch::jit::Stack arguments, results;
};

class CpuGraph final : public DeviceGraph {
 public:
  void begin(const std::vector<at::Generator>&, const DeviceGraph*) override {
    TORCH_CHECK(can_record, "this CPU records nothing");
    recording = this;
    included_.emplace(recorder);
  }
  void end() override {
    included_.reset();
    recording = nullptr;
    const at::AutoDispatchBelowAutograd no_autograd;
    for (; !undo_.empty(); undo_.pop_back()) undo_.back()();
  }
  void replay() override {
    ++replays;
    const at::AutoDispatchBelowAutograd no_autograd;
    for (const Call& call : calls_) {
      torch::jit::Stack stack = call.arguments;
      call.operation.callBoxed(stack);
      for (std::size_t i = 0; i < stack.size(); ++i) write(stack[i], call.results[i]);
    }
  }

  static void record(const c10::OperatorHandle& operation, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
    const c10::impl::ExcludeDispatchKeyGuard once(recorder);
    const auto arguments = static_cast<std::ptrdiff_t>(operation.schema().arguments().size());
    Call call{operation, {stack->end() - arguments, stack->end()}, {}};
    for (const c10::IValue& argument : call.arguments) recording->remember(argument);
    operation.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, recorder), stack);
    const auto results = static_cast<std::ptrdiff_t>(operation.schema().returns().size());
    call.results = {stack->end() - results, stack->end()};
    recording->calls_.push_back(std::move(call));
  }

  static inline bool can_record = false;
  static inline std::int64_t replays = 0;

 private:
  // A GPU records without computing, so everything that operations may write is restored after the recording.
  void remember(const c10::IValue& argument) {
    if (argument.isList())
      for (const c10::IValue& element : argument.toListRef()) remember(element);
    if (argument.isTensor() && argument.toTensor().numel() > 0 && argument.toTensor().is_non_overlapping_and_dense())
      undo_.push_back([tensor = argument.toTensor(), before = argument.toTensor().clone()] { tensor.copy_(before); });
    if (argument.isGenerator())
      undo_.push_back([generator = argument.toGenerator(), before = argument.toGenerator().get_state()]() mutable {
        generator.set_state(before);
      });
  }

  // Writes to the memory of the recorded result, which later calls read.
  static void write(const c10::IValue& result, const c10::IValue& recorded) {
    if (result.isTensorList()) {
      for (std::size_t i = 0; i < result.toListRef().size(); ++i) write(result.toListRef()[i], recorded.toListRef()[i]);
    } else if (result.isTensor() && result.toTensor().defined() &&
               result.toTensor().const_data_ptr() != recorded.toTensor().const_data_ptr()) {
      recorded.toTensor().copy_(result.toTensor());
    }
  }

  static inline CpuGraph* recording = nullptr;
  std::optional<c10::impl::IncludeDispatchKeyGuard> included_;
  std::vector<Call> calls_;
  std::vector<std::function<void()>> undo_;
};

TORCH_LIBRARY_IMPL(_, FPGA, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&CpuGraph::record>());
}
// A fallback does not replace kernels for all devices.
TORCH_LIBRARY_IMPL(aten, FPGA, library) {
  c10::Dispatcher& dispatcher = c10::Dispatcher::singleton();
  for (const c10::OperatorName& name : dispatcher.getAllOpNames())
    if (name.getNamespace() == "aten" &&
        dispatcher.findOp(name)->hasKernelForDispatchKey(c10::DispatchKey::CompositeExplicitAutograd))
      library.impl(toString(name).c_str(), torch::CppFunction::makeFromBoxedFunction<&CpuGraph::record>());
}

config::Experiment recorded_experiment(const std::vector<std::string>& set) {
  config::Overrides overrides;
  overrides.set = set;
  overrides.set.push_back("engine=torch");
  return config::read_document_text(R"({
      "data": {"name": "mnist1d", "train_size": 70, "test_size": 50},
      "model": {"width": 6, "depth": 2},
      "train": {"optimizer": {"name": "sgd", "lr": 0.05}, "batch_size": 20, "epochs": 20}
    })",
                                    "test.json", overrides)
      .points.front();
}

// Decays with every step, faster for half of the networks; equal at step 0.
double decayed_rate(std::int64_t seed, std::int64_t step) {
  return 0.05 / (1 + (seed < 2 ? 0.01 : 0.03) * static_cast<double>(step));
}

// The networks of a stack after several calls of advance().
struct Trained {
  Trained(const config::Experiment& experiment, bool recorded) {
    CpuGraph::can_record = recorded;
    CpuGraph::replays = 0;
    Stack stack(experiment, 4, false, decayed_rate, [] { return std::make_unique<CpuGraph>(); });
    for (const std::int64_t until : {3, 7, 40, 63}) {
      stack.advance(until);
      for (std::size_t r = 0; r < 4; ++r) {
        const ReplicaGroup::State& state = stack.engine->state(r);
        measured.push_back(state.gradient_norm.value());
        measured.insert(measured.end(), state.update_ratios.begin(), state.update_ratios.end());
      }
    }
    for (std::size_t r = 0; r < 4; ++r)
      for (const NamedTensor& tensor : stack.tensors(r)) tensors.push_back(tensor.values);
    notes = stack.notes;
    replays = CpuGraph::replays;
  }
  std::vector<at::Tensor> tensors;
  std::vector<double> measured;
  std::vector<std::string> notes;
  std::int64_t replays;
};

// Models, norms, optimizers and random numbers.
const std::vector<std::vector<std::string>> cases{
    {"model.norm=batch", "model.dropout=0.2", "train.optimizer.momentum=0.9"},
    {"train.optimizer.name=adam", "model.norm=layer", "train.clip_gradient_norm=0.5",
     "probes.names=[\"update_ratio\"]"},
    {"train.optimizer.name=adamw", "train.optimizer.weight_decay=0.1", "train.optimizer.decay_on=weights"},
    {"train.optimizer.momentum=0.9", "train.optimizer.nesterov=true", "train.max_norm=0.5"},
    {"model.kind=cnn", "model.width=null", "model.depth=null", "model.channels=[4]", "model.norm=group",
     "model.norm.groups=2", "model.dropout.rate=0.2", "model.dropout.kind=channel"},
    {"model.kind=resnet", "model.depth=null", "model.blocks=[1,1]", "model.strides=[1,2]", "model.norm=batch",
     "model.stochastic_depth=0.5", "data.augmentation.crop_padding=2", "precision=bf16"},
    {"model.kind=mixture_of_experts", "model.width=null", "model.depth=null", "model.experts=3", "model.gate.top_k=2",
     "model.gate.load_balancing=0.1"},
    {"model.kind=linear_model", "model.depth=null", "model.features=random_relu"}};

TEST(step_graphs, a_recorded_step_has_the_same_bits_for_every_model_and_optimizer) {
  for (const std::vector<std::string>& set : cases) {
    SCOPED_TRACE(testing::PrintToString(set));
    const config::Experiment experiment = recorded_experiment(set);
    const Trained recorded(experiment, true), plain(experiment, false);
    EXPECT_EQ(recorded.notes, std::vector<std::string>());
    EXPECT_GT(recorded.replays, 40);
    EXPECT_EQ(plain.replays, 0);
    ASSERT_EQ(recorded.tensors.size(), plain.tensors.size());
    for (std::size_t i = 0; i < plain.tensors.size(); ++i)
      EXPECT_TRUE(at::equal(recorded.tensors[i], plain.tensors[i])) << i;
    EXPECT_EQ(recorded.measured, plain.measured);
  }
}

TEST(step_graphs, recorded_steps_on_a_gpu_lead_to_the_same_weights) {
  const MakeGraph make = graphs_of(at::kCUDA);
  if (!at::hasCUDA() || !make) GTEST_SKIP() << "no GPU";
  for (const std::vector<std::string>& set : cases) {
    SCOPED_TRACE(testing::PrintToString(set));
    const config::Experiment experiment = recorded_experiment(set);
    std::int64_t graphs = 0;
    const auto counted = [&] {
      ++graphs;
      return make();
    };
    Stack recorded(experiment, 4, false, decayed_rate, counted, at::kCUDA),
        plain(experiment, 4, false, decayed_rate, {}, at::kCUDA);
    for (Stack* stack : {&recorded, &plain})
      for (const std::int64_t until : {3, 5, 7, 9, 12}) stack->advance(until);
    EXPECT_GT(graphs, 0);
    EXPECT_EQ(recorded.notes, std::vector<std::string>());
    const double tolerance = experiment.precision == config::Precision::bf16 ? 1e-2 : 1e-4;
    for (std::size_t r = 0; r < 4; ++r) {
      const std::vector<NamedTensor> a = recorded.tensors(r), b = plain.tensors(r);
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_TRUE(at::allclose(a[i].values, b[i].values, tolerance, tolerance)) << a[i].name;
    }
  }
}

TEST(step_graphs, out_of_memory_deletes_recordings_before_halving_a_stack) {
  const config::Experiment experiment = recorded_experiment({"model.norm=batch"});
  const auto make = [] { return std::make_unique<CpuGraph>(); };
  CpuGraph::can_record = true;
  bool full = false;
  const auto rate = [&](std::int64_t seed, std::int64_t step) {
    if (step == 33 && std::exchange(full, false)) throw c10::OutOfMemoryError({__func__, __FILE__, __LINE__}, "full");
    return decayed_rate(seed, step);
  };
  Stack filled(experiment, 4, false, rate, make), whole(experiment, 4, false, rate, make);
  for (Stack* stack : {&filled, &whole}) stack->advance(20);
  full = true;
  for (Stack* stack : {&filled, &whole}) stack->advance(40);
  EXPECT_EQ(filled.group_count(), 1u);
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t i = 0; i < whole.tensors(r).size(); ++i)
      EXPECT_TRUE(at::equal(filled.tensors(r)[i].values, whole.tensors(r)[i].values));
}

TEST(step_graphs, steps_that_cannot_be_recorded_are_computed_and_the_reason_is_reported_once) {
  const Trained plain(recorded_experiment({}), false);
  EXPECT_EQ(plain.notes, std::vector<std::string>{"training steps cannot be recorded as a graph on cpu and are "
                                                  "launched kernel by kernel: this CPU records nothing"});
}

}  // namespace
}  // namespace descent::engine
