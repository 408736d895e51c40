#pragma once
// The section "train" of an experiment with its defaults; bounds, units and help are in train_keys.cpp.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "config/choices.h"

namespace descent::config {

struct Optimizer {
  OptimizerName name = OptimizerName::sgd;
  double lr = 0.001;
  double weight_decay = 0;
  DecayOn decay_on = DecayOn::all;
  double momentum = 0;
  bool nesterov = false;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
};

struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  DurationUnit unit = DurationUnit::epochs;  // of every, milestones and warmup
  std::int64_t every = 30;                   // step: interval between decays
  std::vector<std::int64_t> milestones{};    // multistep
  double factor = 0.1;                       // step, multistep, exponential (per unit)
  double minimum_lr = 0;                     // cosine
  std::int64_t warmup = 0;                   // linear from 0, before any kind
};

struct Loss {
  LossKind kind = LossKind::cross_entropy;
  double label_smoothing = 0;
};

struct EarlyStopping {
  Monitor monitor = Monitor::none;
  std::int64_t patience = 10;
  double min_delta = 0;
  Restore restore = Restore::best;
  bool stop = true;
};

struct Evaluate {
  std::optional<std::int64_t> every_epochs{}, every_steps{}, log_spaced{};  // at most one; absent: every epoch
  std::vector<Split> splits{};                                              // empty: all
};

struct Solver {
  SolverKind kind = SolverKind::optimizer;
  std::optional<double> lambda{};       // ridge
  std::optional<double> relative_lr{};  // gradient_descent: instead of optimizer.lr
};

struct Train {
  Optimizer optimizer{};
  Solver solver{};
  Schedule schedule{};
  std::int64_t batch_size = 100;  // 0: full
  bool drop_last = false;
  std::optional<std::int64_t> epochs{}, steps{};  // exactly one
  Loss loss{};
  std::optional<double> clip_gradient_norm{};
  double max_norm = 0;  // 0: no limit
  EarlyStopping early_stopping{};
  Evaluate evaluate{};
  std::int64_t threads = 1;
  std::int64_t world_size = 1;  // ranks
};

}  // namespace descent::config
