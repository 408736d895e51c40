#include <fmt/format.h>

#include <algorithm>

#include "config/check.h"

namespace descent::config {
namespace {

// Every batch in equal groups of `least` examples or more; `last`: the short batch at the end of an epoch, 0: none.
void check_groups(std::int64_t batch, std::int64_t last, std::int64_t groups, std::int64_t least, std::string_view path,
                  std::vector<Conflict>& found) {
  const std::vector<std::string_view> paths = {path, "train.batch_size", "data.train_size"};
  const std::string into = fmt::format("cannot be split into {} equal groups of at least {}", groups,
                                       least == 1 ? "1 example" : "2 examples");
  if (batch % groups != 0 || batch / groups < least)
    found.push_back({paths, fmt::format("a batch of {} {}", batch, into)});
  else if (last % groups != 0 || (last > 0 && last / groups < least))
    found.push_back(
        {paths, fmt::format("the last batch of {} {}; set train.drop_last or change one of the sizes", last, into)});
}

void check_ranks(const Experiment& e, std::vector<Conflict>& found) {
  const std::string_view path = "train.world_size";
  if (e.train.world_size == 1) return;
  if (e.model.norm.kind == NormKind::batch && e.model.norm.statistics_groups > 1)
    found.push_back({{"model.norm.statistics_groups", path},
                     "each rank of train.world_size is a group already; leave one of them out"});
  if (e.model.kind == ModelKind::mixture_of_experts && e.model.gate.load_balancing > 0)
    found.push_back({{"model.gate.load_balancing", path},
                     "is computed over a whole batch, of which a rank of train.world_size sees a part"});
}

void check_batches(const Experiment& e, std::vector<Conflict>& found) {
  const std::int64_t train = split_sizes(e.data).train, batch = batch_size(e.train, train);
  const std::string_view path = "train.batch_size";
  if (batch > train) {
    found.push_back({{path, "data.train_size"},
                     fmt::format("a batch of {} is larger than the {} training examples; use \"full\" for all of them",
                                 batch, train)});
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
    found.push_back({{"model.norm.predict_with", sizes.test == 1 ? "data.test_size" : "data.val_size"},
                     fmt::format("the statistics of a batch need at least 2 examples; there is 1 {} example",
                                 sizes.test == 1 ? "test" : "validation")});
  if (batch == 1)
    found.push_back({{path, "model.norm.kind"}, "batch norm needs at least 2 examples in a batch, got 1"});
  else if (ranks > 1) return;  // checked above
  else if (groups > 1) check_groups(batch, last, groups, 2, "model.norm.statistics_groups", found);
  else if (last == 1)
    found.push_back({{path, "model.norm.kind", "train.drop_last", "data.train_size"},
                     fmt::format("{} training examples in batches of {} leave a last batch of 1, too small for batch "
                                 "norm; set train.drop_last or change one of the sizes",
                                 train, batch)});
}

void check_optimizer(const Experiment& e, std::vector<Conflict>& found) {
  const Optimizer& optimizer = e.train.optimizer;
  if (optimizer.name == OptimizerName::sgd && optimizer.nesterov && optimizer.momentum == 0)
    found.push_back({{"train.optimizer.nesterov", "train.optimizer.momentum"}, "needs momentum above 0"});
}

void check_schedule(const Experiment& e, std::vector<Conflict>& found) {
  const Schedule& schedule = e.train.schedule;
  const std::string_view milestones = "train.schedule.milestones";
  if (schedule.kind == ScheduleKind::multistep && schedule.milestones.empty())
    found.push_back({{"train.schedule", milestones}, "the schedule \"multistep\" needs milestones"});
  check_ascending(milestones, schedule.milestones, found);
  if (schedule.kind == ScheduleKind::cosine && schedule.minimum_lr > e.train.optimizer.lr)
    found.push_back({{"train.schedule.minimum_lr", "train.optimizer.lr"}, "must not be above the learning rate"});
}

void check_precision_of_closed_form(const Experiment& e, std::vector<Conflict>& found) {
  const bool rounds = e.precision == Precision::tf32 || e.precision == Precision::bf16;
  if (has_closed_form(e.train) && rounds)
    found.push_back({{"train.solver", "precision"}, "a closed form needs the precision \"float32\" or \"float64\""});
}

}  // namespace

void check_train(const Experiment& e, bool sizes_fit, std::vector<Conflict>& found) {
  if (sizes_fit) check_batches(e, found);
  check_ranks(e, found);
  check_optimizer(e, found);
  check_schedule(e, found);
  check_precision_of_closed_form(e, found);
}

}  // namespace descent::config
