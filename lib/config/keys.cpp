#include "config/keys.h"

#include <algorithm>

namespace descent::config {
namespace {

constexpr double huge = 1e6;  // bounds numbers well inside single precision

Key key(std::string_view name, Slot slot, std::string_view help) {
  Key key{};
  key.name = name;
  key.help = help;
  key.slot = std::move(slot);
  return key;
}

Key section(std::string_view name, std::vector<Key> keys, std::string_view shorthand, std::string_view help) {
  return key(name, SectionSlot{std::move(keys), shorthand}, help);
}

template <class Enum>
EnumSlot choice(Enum& field) {
  return {choices_of(Enum{}), &field, [](const void* f) { return static_cast<int>(*static_cast<const Enum*>(f)); },
          [](void* f, int value) { *static_cast<Enum*>(f) = static_cast<Enum>(value); }};
}

using E = const Experiment&;

bool has_norm(E e) { return e.model.norm.kind != NormKind::none; }
bool has_batch_norm(E e) { return e.model.norm.kind == NormKind::batch; }
bool collects_statistics(E e) { return has_batch_norm(e) && e.model.norm.predict_with == PredictWith::running; }
bool is_sgd(E e) { return e.train.optimizer.name == OptimizerName::sgd; }
bool is_adam(E e) { return !is_sgd(e); }
bool stops_early(E e) { return e.train.early_stopping.monitor != Monitor::none; }
bool has_equal_layers(E e) { return e.model.hidden.empty(); }
bool has_listed_layers(E e) { return !e.model.hidden.empty() || (!e.model.width && !e.model.depth); }
bool has_test_choice(E e) { return data_facts(e.data.name).test_size > 0 || e.data.test_from == TestFrom::rest; }

template <ScheduleKind... kinds>
bool is_schedule(E e) {
  return ((e.train.schedule.kind == kinds) || ...);
}

bool has_schedule_unit(E e) {
  return is_schedule<ScheduleKind::step, ScheduleKind::multistep, ScheduleKind::exponential>(e) ||
         e.train.schedule.warmup > 0;
}

template <InitScheme... schemes>
bool is_scheme(E e) {
  return ((e.model.init.scheme == schemes) || ...);
}

bool has_gain(E e) { return !is_scheme<InitScheme::zeros, InitScheme::constant>(e) && !e.model.init.std; }

std::vector<Key> describe(LabelNoise& noise) {
  return {
      key("rate", &noise.rate, "share of the labels that are noisy, drawn once per seed and kept for the whole training")
          .at_least(0).at_most(1),
      key("kind", choice(noise.kind), "what becomes of a noisy label"),
      key("on_test", &noise.on_test, "noise on the test labels too"),
  };
}

std::vector<Key> describe(Data& data) {
  return {
      key("name", choice(data.name), "data set; all are embedded. Its official training part is the pool (digits: all)"),
      key("train_size", &data.train_size, "size of the training part; absent: what validation and test leave of the pool")
          .unit("examples").at_least(1).at_most(1e9),
      key("test_size", &data.test_size, "size of the test part; absent: all there are (digits needs it: it has no test part)")
          .unit("examples").at_least(1).at_most(1e9),
      key("val_size", &data.val_size, "size of the validation part, from the pool, classes in proportion; absent: none")
          .unit("examples").at_least(0).at_most(1e9),
      key("val_fraction", &data.val_fraction, "size of the validation part as a share of the pool, instead of val_size")
          .at_least(0).below(1),
      key("subset", choice(data.subset), "which examples of the pool are taken"),
      key("test_from", choice(data.test_from), "where the test examples come from")
          .when(has_test_choice, "with a data set that has no test part; only \"rest\" is possible"),
      key("normalize", choice(data.normalize), "of each feature; statistics from the training examples only"),
      section("label_noise", describe(data.label_noise), "rate",
              "wrong labels, on training and validation examples: both belong to the data one would train on"),
      key("shuffle_features", &data.shuffle_features, "one fixed permutation of the features, the same for every seed"),
  };
}

std::vector<Key> describe(Norm& norm) {
  return {
      key("kind", choice(norm.kind), "normalization in every hidden layer"),
      key("momentum", &norm.momentum, "weight of the newest batch in the running statistics")
          .at_least(0).at_most(1).when(collects_statistics, "without the norm \"batch\" and running statistics"),
      key("epsilon", &norm.epsilon, "added to the variance").above(0).at_most(1).when(has_norm, "without a norm"),
      key("affine", &norm.affine, "learned scale and shift: gamma and beta").when(has_norm, "without a norm"),
      key("predict_with", choice(norm.predict_with), "statistics used to evaluate")
          .when(has_batch_norm, "without the norm \"batch\""),
  };
}

std::vector<Key> describe(Dropout& dropout) {
  return {key("rate", &dropout.rate, "probability that a hidden unit is set to 0 in training; others grow by 1/(1 - rate)")
              .at_least(0).below(1)};
}

std::vector<Key> describe(Init& init) {
  return {
      key("scheme", choice(init.scheme), "distribution of the initial weights"),
      key("gain", &init.gain, "factor on the weights; never implied by the activation")
          .at_least(0).at_most(huge).when(has_gain, "beside std or without a random initializer"),
      key("mode", choice(init.mode), "which fan the He initializers divide by")
          .when(is_scheme<InitScheme::he_normal, InitScheme::he_uniform>, "without the initializer \"he_normal\" or \"he_uniform\""),
      key("std", &init.std, "standard deviation of the weights, instead of gain")
          .at_least(0).at_most(huge)
          .when(is_scheme<InitScheme::normal, InitScheme::uniform>, "without the initializer \"normal\" or \"uniform\""),
      key("value", &init.value, "the weight").at_least(-huge).at_most(huge)
          .when(is_scheme<InitScheme::constant>, "without the initializer \"constant\""),
      key("bias", &init.bias, "every bias; absent: 0, and U(+-sqrt(1/fan_in)) with pytorch_default")
          .at_least(-huge).at_most(huge),
  };
}

std::vector<Key> describe(Model& model) {
  return {
      key("kind", choice(model.kind), "family of networks"),
      key("width", &model.width, "size of each hidden layer").unit("units").at_least(1).at_most(100'000)
          .when(has_equal_layers, "beside model.hidden; give either"),
      key("depth", &model.depth, "number of hidden layers; 0 is a linear classifier").at_least(0).at_most(1000)
          .when(has_equal_layers, "beside model.hidden; give either"),
      key("hidden", &model.hidden, "sizes of the hidden layers one by one, instead of width and depth")
          .unit("units").at_least(1).at_most(100'000).when(has_listed_layers, "beside model.width and model.depth; give either"),
      key("activation", choice(model.activation), "function applied to each hidden unit"),
      section("norm", describe(model.norm), "kind", "normalization inside the network"),
      key("norm_position", choice(model.norm_position), "place of the norm in a hidden layer").when(has_norm, "without a norm"),
      section("dropout", describe(model.dropout), "rate", "hidden units switched off at random while training"),
      section("init", describe(model.init), "scheme", "initial weights and biases"),
  };
}

std::vector<Key> describe(Optimizer& optimizer) {
  return {
      key("name", choice(optimizer.name), "rule of the weight updates"),
      key("lr", &optimizer.lr, "learning rate").at_least(0).at_most(huge),
      key("weight_decay", &optimizer.weight_decay, "decay of all parameters, biases included").at_least(0).at_most(huge),
      key("momentum", &optimizer.momentum, "velocity kept from step to step").at_least(0).below(1)
          .when(is_sgd, "without the optimizer \"sgd\""),
      key("nesterov", &optimizer.nesterov, "gradient at the point that momentum leads to")
          .when(is_sgd, "without the optimizer \"sgd\""),
      key("betas", &optimizer.betas, "decay rates of the first and second moment").at_least(0).below(1)
          .when(is_adam, "without the optimizer \"adam\" or \"adamw\""),
      key("eps", &optimizer.eps, "added to the root of the second moment").above(0).at_most(1)
          .when(is_adam, "without the optimizer \"adam\" or \"adamw\""),
  };
}

std::vector<Key> describe(Schedule& schedule) {
  return {
      key("kind", choice(schedule.kind), "how the learning rate changes with time t"),
      key("unit", choice(schedule.unit), "of t, every, milestones and warmup")
          .when(has_schedule_unit, "without the schedule \"step\", \"multistep\" or \"exponential\", or a warmup"),
      key("every", &schedule.every, "time between two decays").unit("epochs or steps").at_least(1).at_most(1e12)
          .when(is_schedule<ScheduleKind::step>, "without the schedule \"step\""),
      key("milestones", &schedule.milestones, "times of the decays, ascending").unit("epochs or steps").at_least(1).at_most(1e12)
          .when(is_schedule<ScheduleKind::multistep>, "without the schedule \"multistep\""),
      key("factor", &schedule.factor, "what a decay multiplies lr by").above(0).at_most(100)
          .when(is_schedule<ScheduleKind::step, ScheduleKind::multistep, ScheduleKind::exponential>,
                "without the schedule \"step\", \"multistep\" or \"exponential\""),
      key("minimum_lr", &schedule.minimum_lr, "where the cosine ends").at_least(0).at_most(huge)
          .when(is_schedule<ScheduleKind::cosine>, "without the schedule \"cosine\""),
      key("warmup", &schedule.warmup, "linear growth from 0 to lr, in front of any schedule").unit("epochs or steps").at_least(0)
          .at_most(1e12),
  };
}

std::vector<Key> describe(Loss& loss) {
  return {
      key("kind", choice(loss.kind), "what training minimizes"),
      key("label_smoothing", &loss.label_smoothing, "share of each label spread over all classes").at_least(0).below(1)
          .when([](E e) { return e.train.loss.kind == LossKind::cross_entropy; }, "without the loss \"cross_entropy\""),
  };
}

std::vector<Key> describe(EarlyStopping& stopping) {
  constexpr std::string_view monitor = "without train.early_stopping.monitor";
  return {
      key("monitor", choice(stopping.monitor), "value that must improve; val_* carries label noise as training does"),
      key("patience", &stopping.patience, "evaluations without improvement after which training stops")
          .at_least(1).at_most(1e9).when(stops_early, monitor),
      key("min_delta", &stopping.min_delta, "an improvement is a value below best - min_delta").at_least(0).at_most(huge)
          .when(stops_early, monitor),
      key("restore", choice(stopping.restore), "weights kept at the end").when(stops_early, monitor),
      key("stop", &stopping.stop, "false: only record where it would have stopped and go on").when(stops_early, monitor),
  };
}

std::vector<Key> describe(Evaluate& evaluate) {
  return {
      key("every_epochs", &evaluate.every_epochs, "time between two evaluations; absent: one epoch").unit("epochs")
          .at_least(1).at_most(1e9),
      key("every_steps", &evaluate.every_steps, "time between two evaluations").unit("steps").at_least(1).at_most(1e12),
      key("log_spaced", &evaluate.log_spaced, "number of evaluations, evenly spaced in the logarithm of the step")
          .at_least(2).at_most(1e6),
      key("splits", EnumListSlot{choices_of(Split{}), &evaluate.splits}, "what is evaluated; absent: all that exist"),
  };
}

std::vector<Key> describe(Train& train) {
  return {
      section("optimizer", describe(train.optimizer), "name", "how weights are updated"),
      section("schedule", describe(train.schedule), "kind", "learning rate over time"),
      key("batch_size", BatchSlot{&train.batch_size}, "examples per step, or \"full\" for all").unit("examples")
          .at_least(1).at_most(1e9),
      key("drop_last", &train.drop_last, "leave out the last batch of an epoch when it is smaller than the others"),
      key("epochs", &train.epochs, "length of the training; 0 measures the network as initialized")
          .unit("epochs").at_least(0).at_most(1e9),
      key("steps", &train.steps, "length of the training, instead of epochs").unit("steps").at_least(0).at_most(1e12),
      section("loss", describe(train.loss), "kind", "what training minimizes"),
      key("clip_gradient_norm", &train.clip_gradient_norm, "longest gradient; longer ones are scaled down to it")
          .above(0).at_most(huge),
      section("early_stopping", describe(train.early_stopping), "monitor", "stop when the monitored value improves no more"),
      section("evaluate", describe(train.evaluate), "every_epochs", "when and on what the network is evaluated"),
      key("threads", &train.threads, "number of threads of one run; no number depends on it").at_least(1)
          .at_most(1024).cosmetic(),
  };
}

}  // namespace

std::vector<Key> describe(Experiment& experiment) {
  return {
      key("name", &experiment.name, "names the results folder; absent: the name of the file").cosmetic(),
      key("description", &experiment.description, "what the experiment shows").cosmetic(),
      key("seeds", SeedsSlot{&experiment.seeds}, "how many seeds (0, 1, ...) or which; every point runs with each")
          .at_least(0).cosmetic(),
      key("device", choice(experiment.device), "where networks are trained"),
      key("precision", choice(experiment.precision), "of all numbers in training"),
      key("checkpoint_seconds", &experiment.checkpoint_seconds, "least time between two checkpoints of unfinished runs")
          .at_least(0).at_most(86400).unit("s").cosmetic(),
      section("data", describe(experiment.data), "name", "examples to learn from and to test with"),
      section("model", describe(experiment.model), "", "the network"),
      section("train", describe(experiment.train), "", "how the network is trained"),
  };
}

Key* find_key(std::vector<Key>& keys, std::string_view path) {
  const std::size_t dot = path.find('.');
  const auto found = std::ranges::find(keys, path.substr(0, dot), &Key::name);
  if (found == keys.end()) return nullptr;
  if (dot == path.npos) return &*found;
  auto* section = std::get_if<SectionSlot>(&found->slot);
  return section ? find_key(section->keys, path.substr(dot + 1)) : nullptr;
}

bool lies_in(std::string_view path, std::string_view section) {
  return path.starts_with(section) && (path.size() == section.size() || path[section.size()] == '.');
}

const Key* shorthand_of(const Key& key) {
  const auto* section = std::get_if<SectionSlot>(&key.slot);
  if (!section || section->shorthand.empty()) return nullptr;
  return &*std::ranges::find(section->keys, section->shorthand, &Key::name);
}

bool is_sweepable(const Key& key) {
  return key.changes_numbers && (!std::holds_alternative<SectionSlot>(key.slot) || shorthand_of(key));
}

}  // namespace descent::config
