#include "config/declare.h"

namespace descent::config {
namespace {

const Condition stepped{[](E e) { return !has_closed_form(e.train); },
                        "with a closed form; train.solver is not \"optimizer\""};
const Condition takes_steps{chooses<SolverKind::optimizer, SolverKind::gradient_descent>,
                            "with the solver \"least_squares\" or \"ridge\", which take no steps"};
const Condition decaying = only_with<ScheduleKind::step, ScheduleKind::multistep, ScheduleKind::exponential>();

bool has_hidden_units(E e) {
  const Model& model = e.model;
  switch (model.kind) {
    case ModelKind::mlp: return !hidden_widths(model).empty();
    case ModelKind::cnn:
    case ModelKind::resnet: return true;
    case ModelKind::linear_model: return false;
    case ModelKind::mixture_of_experts: return !model.experts.hidden.empty() || !model.gate.hidden.empty();
  }
  __builtin_unreachable();
}

std::vector<Key> describe(Optimizer& o) {
  const Condition sgd = only_with<OptimizerName::sgd>(), adam = only_with<OptimizerName::adam, OptimizerName::adamw>();
  std::vector<Key> keys{
      key("name", &o.name, "update rule", default_value("\"adam\"")),
      key("lr", &o.lr, "learning rate", within(0, largest_value), when(takes_steps),
          when([](E e) { return !e.train.solver.relative_lr; }, "together with train.solver.relative_lr")),
      key("weight_decay", &o.weight_decay, "weight decay coefficient", within(0, largest_value)),
      key("decay_on", &o.decay_on, "which parameters decay",
          when([](E e) { return e.train.optimizer.weight_decay > 0; }, "without weight_decay")),
      key("momentum", &o.momentum, "momentum coefficient", at_least(0), below(1), when(sgd)),
      key("nesterov", &o.nesterov, "Nesterov momentum", when(sgd)),
      key("betas", &o.betas, "decay rates of the moment estimates", at_least(0), below(1), when(adam)),
      key("eps", &o.eps, "added to the square root of the second moment", above(0), at_most(1), when(adam)),
  };
  for (Key& key : keys)
    if (key.name != "lr") key.when(stepped);  // gradient descent in closed form uses lr
  return keys;
}

std::vector<Key> describe(Solver& s) {
  return {
      key("kind", &s.kind, "how the weights are computed"),
      key("lambda", &s.lambda, "weight of the squared norm of W", within(0, 1e12),
          when(only_with<SolverKind::ridge>())),
      key("relative_lr", &s.relative_lr,
          "learning rate times the largest eigenvalue of the Hessian, instead of "
          "train.optimizer.lr; above 2 gradient descent diverges",
          above(0), at_most(2), when(only_with<SolverKind::gradient_descent>())),
  };
}

std::vector<Key> describe(Schedule& s) {
  return {
      key("kind", &s.kind, "learning rate as a function of time t"),
      key("unit", &s.unit, "unit of t, every, milestones and warmup",
          when([](E e) { return decaying.applies(e) || e.train.schedule.warmup > 0; },
               "without a warmup or the schedule \"step\", \"multistep\" or \"exponential\"")),
      key("every", &s.every, "time between two decays [epochs or steps]", within(1, 1e12),
          when(only_with<ScheduleKind::step>())),
      key("milestones", &s.milestones, "times of the decays, in ascending order [epochs or steps]", within(1, 1e12),
          when(only_with<ScheduleKind::multistep>())),
      key("factor", &s.factor, "factor of lr at each decay", above(0), at_most(100), when(decaying)),
      key("minimum_lr", &s.minimum_lr, "learning rate at the end of the cosine", within(0, largest_value),
          when(only_with<ScheduleKind::cosine>())),
      key("warmup", &s.warmup,
          "length of the linear warm-up from 0 to lr, after which the schedule starts at t = 0 [epochs or steps]",
          within(0, 1e12)),
  };
}

std::vector<Key> describe(Loss& l) {
  return {
      key("kind", &l.kind, "what training minimizes"),
      key("label_smoothing", &l.label_smoothing,
          "share of each label spread over all classes in training; recorded losses do not include it", at_least(0),
          below(1), when(only_with<LossKind::cross_entropy>())),
  };
}

std::vector<Key> describe(EarlyStopping& s) {
  const Condition stops_early{[](E e) { return e.train.early_stopping.monitor != Monitor::none; },
                              "without train.early_stopping.monitor"};
  return {
      key("monitor", &s.monitor, "monitored value; for val_* see data.label_noise.on_val"),
      key("patience", &s.patience, "evaluations without improvement after which training stops", within(1, 1e9),
          when(stops_early)),
      key("min_delta", &s.min_delta, "an improvement is a value below best - min_delta", within(0, largest_value),
          when(stops_early)),
      key("restore", &s.restore,
          "weights to restore after training, even with \"stop\": false; used for restored_* columns, saved weights, "
          "predictions, ensembles, bias and variance; final_* columns are from the last step",
          when(stops_early)),
      key("stop", &s.stop, "false: continue, and only record when training would have stopped", when(stops_early)),
  };
}

std::vector<Key> describe(Evaluate& e) {
  return {
      key("every_epochs", &e.every_epochs, "evaluation interval; absent: one epoch [epochs]", within(1, 1e9),
          when(takes_steps)),
      key("every_steps", &e.every_steps, "evaluation interval [steps]", within(1, 1e12), when(takes_steps)),
      key("log_spaced", &e.log_spaced, "number of evaluations, evenly spaced on a logarithmic scale of steps",
          within(2, 1e6), when(takes_steps)),
      key("splits", &e.splits, "splits to evaluate; absent: all"),
  };
}

}  // namespace

std::vector<Key> describe(Train& t) {
  return {
      section("optimizer", describe(t.optimizer), "name", "update rule of the weights"),
      section("solver", describe(t.solver), "kind", "iterative training or, for a linear model, a closed form"),
      section("schedule", describe(t.schedule), "kind", "learning rate over time", when(stepped)),
      key("batch_size", batch(&t.batch_size),
          "examples per step, or \"full\" for all; the default is at most the number of training examples [examples]",
          within(1, 1e9), when(stepped)),
      key("drop_last", &t.drop_last, "drop the last batch of an epoch if it is smaller", when(stepped)),
      key("epochs", &t.epochs, "length of training; 0 evaluates the network as initialized [epochs]", within(0, 1e9),
          default_value("20"), when(takes_steps),
          when([](E e) { return !e.train.steps; },
               "together with train.steps; set only one of them (null removes a key)")),
      key("steps", &t.steps, "length of training, instead of epochs [steps]", within(0, 1e12), when(takes_steps)),
      section("loss", describe(t.loss), "kind", "what training minimizes"),
      key("clip_gradient_norm", &t.clip_gradient_norm, "maximum gradient norm; larger gradients are scaled down to it",
          above(0), at_most(largest_value), when(stepped)),
      key("max_norm", &t.max_norm,
          "maximum norm of the incoming weights of each hidden unit, enforced after each step; 0: no limit",
          within(0, largest_value), when(stepped), when(has_hidden_units, "without hidden layers")),
      section("early_stopping", describe(t.early_stopping), "monitor", "stop when the monitored value stops improving",
              when(takes_steps)),
      section("evaluate", describe(t.evaluate), "every_epochs", "when and on which splits to evaluate the network"),
      key("threads", &t.threads, "CPU threads per run; do not affect the results", within(1, 1024), cosmetic),
      key("world_size", &t.world_size,
          "number of processes (ranks) that train a run together with the torch engine, each on an equal part of every "
          "batch",
          within(1, 4096), when(stepped)),
  };
}

}  // namespace descent::config
