#include "config/check.h"

#include <algorithm>

#include "config/experiment.h"
#include "core/text.h"

namespace descent::config {
namespace {

void check_ascending(std::string_view path, const std::vector<std::int64_t>& values, Conflicts& found) {
  if (std::ranges::adjacent_find(values, std::greater_equal{}) != values.end())
    found.add({path}, "must be in ascending order");
}

// Every batch must be divisible into equal groups of at least `least` examples. `last`: size of a smaller last batch of
// an epoch, or 0.
void check_groups(std::int64_t batch, std::int64_t last, std::int64_t groups, std::int64_t least, std::string_view path,
                  Conflicts& found) {
  const std::vector<std::string_view> paths = {path, "train.batch_size", "data.train_size"};
  const std::string into = fmt::format("cannot be split into {} equal groups of at least {}", groups,
                                       least == 1 ? "1 example" : "2 examples");
  if (batch % groups != 0 || batch / groups < least) found.add(paths, "a batch of {} {}", batch, into);
  else if (last % groups != 0 || (last > 0 && last / groups < least))
    found.add(paths, "the last batch of {} {}; set train.drop_last or change one of the sizes", last, into);
}

void check_ranks(const Experiment& e, Conflicts& found) {
  const std::string_view path = "train.world_size";
  if (e.train.world_size == 1) return;
  if (e.model.norm.kind == NormKind::batch && e.model.norm.statistics_groups > 1)
    found.add({"model.norm.statistics_groups", path},
              "each rank of train.world_size already is a group; remove one of these keys");
  if (e.model.kind == ModelKind::mixture_of_experts && e.model.gate.load_balancing > 0)
    found.add({"model.gate.load_balancing", path},
              "needs whole batches, but each rank of train.world_size processes only a part of them");
}

void check_batches(const Experiment& e, Conflicts& found) {
  const std::int64_t train = split_sizes(e.data).train, batch = batch_size(e.train, train);
  const std::string_view path = "train.batch_size";
  if (batch > train) {
    found.add({path, "data.train_size"},
              "a batch of {} is larger than the {} training examples; use \"full\" for all examples", batch, train);
    return;
  }
  const std::int64_t groups = statistics_parts(e), ranks = e.train.world_size;
  const std::int64_t last = e.train.drop_last ? 0 : train % batch;
  const bool of_statistics = e.model.norm.kind == NormKind::batch && !(ranks > 1 && e.model.norm.synchronized);
  if (ranks > 1) check_groups(batch, last, ranks, of_statistics ? 2 : 1, "train.world_size", found);
  if (e.model.norm.kind != NormKind::batch) return;
  if (e.model.kind == ModelKind::mlp && hidden_widths(e.model).empty()) return;
  if (const SplitSizes sizes = split_sizes(e.data);
      e.model.norm.predict_with == PredictWith::batch && (sizes.val == 1 || sizes.test == 1))
    found.add({"model.norm.predict_with", sizes.test == 1 ? "data.test_size" : "data.val_size"},
              "the statistics of a batch need at least 2 examples, but there is only 1 {} example",
              sizes.test == 1 ? "test" : "validation");
  if (batch == 1) found.add({path, "model.norm.kind"}, "batch norm needs at least 2 examples in a batch, got 1");
  else if (ranks > 1) return;  // checked above
  else if (groups > 1) check_groups(batch, last, groups, 2, "model.norm.statistics_groups", found);
  else if (last == 1)
    found.add({path, "model.norm.kind", "train.drop_last", "data.train_size"},
              "{} training examples in batches of {} leave a last batch of 1, which is too small for batch norm; set "
              "train.drop_last or change one of the sizes",
              train, batch);
}

void check_optimization(const Experiment& e, Conflicts& found) {
  const Optimizer& optimizer = e.train.optimizer;
  const Schedule& schedule = e.train.schedule;
  const std::string_view milestones = "train.schedule.milestones";
  if (optimizer.name == OptimizerName::sgd && optimizer.nesterov && optimizer.momentum == 0)
    found.add({"train.optimizer.nesterov", "train.optimizer.momentum"}, "needs a momentum above 0");
  if (schedule.kind == ScheduleKind::multistep && schedule.milestones.empty())
    found.add({"train.schedule", milestones}, "the schedule \"multistep\" needs milestones");
  check_ascending(milestones, schedule.milestones, found);
  if (schedule.kind == ScheduleKind::cosine && schedule.minimum_lr > optimizer.lr)
    found.add({"train.schedule.minimum_lr", "train.optimizer.lr"}, "must not exceed the learning rate");
  const bool rounds = e.precision == Precision::tf32 || e.precision == Precision::bf16;
  if (has_closed_form(e.train) && rounds)
    found.add({"train.solver", "precision"}, "a closed form needs the precision \"float32\" or \"float64\"");
}

void check_engine(const Experiment& e, Conflicts& found) {
  const std::vector<std::string> reasons = unsupported_by_fused(e);
  if (e.engine == EngineKind::fused && !reasons.empty())
    found.add({"engine", "device", "precision"}, "the fused engine does not support {}; use \"auto\" or \"torch\"",
              core::join(reasons, ", "));
  if (e.precision == Precision::tf32 && e.device.kind != DeviceKind::cuda)
    found.add({"precision", "device"}, "\"tf32\" needs the device \"cuda\"");
}

void check_evaluation(const Experiment& e, bool has_val, Conflicts& found) {
  const Evaluate& evaluate = e.train.evaluate;
  constexpr std::string_view splits = "train.evaluate.splits", monitor = "train.early_stopping.monitor";
  if (evaluate.every_epochs.has_value() + evaluate.every_steps.has_value() + evaluate.log_spaced.has_value() > 1)
    found.add({"train.evaluate"}, "set only one of every_epochs, every_steps and log_spaced");
  constexpr std::string_view no_val = "there are no validation examples; set data.val_size or data.val_fraction";
  if (!evaluate.splits.empty() && is_evaluated(evaluate, Split::val) && !has_val)
    found.add({splits, "data.val_size", "data.val_fraction"}, std::string(no_val));
  const Monitor watched = e.train.early_stopping.monitor;
  if (watched == Monitor::none) return;
  const bool on_val = watched == Monitor::val_loss || watched == Monitor::val_error;
  if (on_val && !has_val) found.add({monitor, "data.val_size", "data.val_fraction"}, std::string(no_val));
  else if (!is_evaluated(evaluate, on_val ? Split::val : Split::train))
    found.add({monitor, splits}, "{} is not evaluated; add \"{}\" to train.evaluate.splits", name_of(watched),
              on_val ? "val" : "train");
}

void check_probe_steps(const Experiment& e, Conflicts& found) {
  constexpr std::string_view steps = "probes.steps";
  check_ascending(steps, e.probes.steps, found);
  if (e.train.epochs.has_value() == e.train.steps.has_value() || e.probes.steps.empty()) return;
  if (const std::int64_t total = total_steps(e.train, split_sizes(e.data).train); e.probes.steps.back() > total)
    found.add({steps, "train.steps", "train.epochs"}, "{} is after the end of training, which takes {} steps",
              e.probes.steps.back(), total);
}

// Results from predictions of several runs need recorded predictions on the same test examples.
void check_predictions(const Experiment& e, const GivenKeys& given, Conflicts& found) {
  if (!compares_predictions(e)) return;
  constexpr std::string_view sizes = "ensemble.sizes", of = "ensemble.of", seeds = "seeds",
                             predictions = "record.predictions";
  const bool of_seeds = e.ensemble.of == EnsembleOf::seeds;
  const std::string_view user = e.bias_variance ? "bias_variance" : of;
  if (given.contains(predictions) && !e.record.predictions)
    found.add({predictions}, "must not be false with {}; remove it", user);
  check_ascending(sizes, e.ensemble.sizes, found);
  if (!of_seeds && !e.bias_variance) return;
  const std::int64_t count = std::ssize(e.seeds);
  if (count < 2) found.add({user, seeds}, "needs at least 2 seeds");
  else if (of_seeds && !e.ensemble.sizes.empty() && e.ensemble.sizes.back() > count)
    found.add({sizes, of, seeds}, "{} members need as many seeds, but there are {}", e.ensemble.sizes.back(), count);
  for (const std::string_view key : keys_varying_test_examples(e.data))
    found.add({key, user}, "gives every seed different test examples, whose predictions cannot be compared{}",
              key == "data.subset" ? "; set data.split_seed" : "");
}

}  // namespace

Conflicts check(const Experiment& e, const GivenKeys& given) {
  Conflicts found;
  check_engine(e, found);
  check_probes(e, found);
  const bool sizes_fit = check_data(e, found);
  check_model(e, found);
  if (sizes_fit) check_batches(e, found);
  check_ranks(e, found);
  check_optimization(e, found);
  check_predictions(e, given, found);
  if (!sizes_fit) return found;
  check_evaluation(e, split_sizes(e.data).val > 0, found);
  check_probe_steps(e, found);
  return found;
}

}  // namespace descent::config
