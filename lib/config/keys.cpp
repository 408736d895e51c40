#include "config/keys.h"

#include <algorithm>

#include "config/data_facts.h"

// clang-format off: a key reads best on its line or two, however many calls bound it.

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
  return {choices_of(Enum{}), &field,
          [](const void* f) { return static_cast<int>(*static_cast<const Enum*>(f)); },
          [](void* f, int value) { *static_cast<Enum*>(f) = static_cast<Enum>(value); }};
}

template <class Enum>
EnumListSlot choice_list(std::vector<Enum>& field) {
  using List = std::vector<Enum>;
  return {choices_of(Enum{}), &field,
          [](const void* f) {
            std::vector<int> values;
            for (const Enum value : *static_cast<const List*>(f)) values.push_back(static_cast<int>(value));
            return values;
          },
          [](void* f, const std::vector<int>& values) {
            static_cast<List*>(f)->clear();
            for (const int value : values) static_cast<List*>(f)->push_back(static_cast<Enum>(value));
          }};
}

using E = const Experiment&;

bool has_norm(E e) { return e.model.norm.kind != NormKind::none; }
bool has_batch_norm(E e) { return e.model.norm.kind == NormKind::batch; }
bool has_statistics_groups(E e) { return has_batch_norm(e) && e.model.norm.statistics_groups > 1; }
template <ModelKind... kinds>
bool is_model(E e) {
  return ((e.model.kind == kinds) || ...);
}
constexpr auto is_mlp = is_model<ModelKind::mlp>;
constexpr auto is_cnn = is_model<ModelKind::cnn>;
constexpr auto is_resnet = is_model<ModelKind::resnet>;
constexpr auto is_convnet = is_model<ModelKind::cnn, ModelKind::resnet>;
constexpr auto is_layered = is_model<ModelKind::mlp, ModelKind::cnn, ModelKind::resnet>;
constexpr std::string_view no_mlp = "without the model \"mlp\"", no_cnn = "without the model \"cnn\"",
                           no_resnet = "without the model \"resnet\"",
                           no_convnet = "without the model \"cnn\" or \"resnet\"",
                           not_layered = "without the model \"mlp\", \"cnn\" or \"resnet\"";
bool has_shortcuts(E e) { return e.model.shortcut != ShortcutKind::none; }
bool has_group_norm(E e) { return e.model.norm.kind == NormKind::group; }
bool has_dropout(E e) { return e.model.dropout.rate > 0; }
bool is_residual(E e) { return e.model.residual; }
bool is_linear_model(E e) { return e.model.kind == ModelKind::linear_model; }
bool is_mixture(E e) { return e.model.kind == ModelKind::mixture_of_experts; }
bool is_gaussian(E e) { return e.model.features.kind == FeatureKind::gaussian_basis; }
bool has_width(E e) { return is_model<ModelKind::mlp, ModelKind::resnet>(e) || (is_linear_model(e) && e.model.features.kind != FeatureKind::raw); }
bool has_hidden_units(E e) { return is_layered(e) || !e.model.experts.hidden.empty(); }
bool has_hidden_gate(E e) { return !e.model.gate.hidden.empty(); }
bool has_squared_error(E e) { return e.train.loss.kind == LossKind::mse; }
bool is_stepped(E e) { return !has_closed_form(e.train); }
bool has_steps(E e) { return is_stepped(e) || e.train.solver.kind == SolverKind::gradient_descent; }
bool has_lr(E e) { return has_steps(e) && !e.train.solver.relative_lr; }
template <SolverKind kind>
bool is_solver(E e) { return e.train.solver.kind == kind; }
constexpr std::string_view without_steps = "with a closed form; train.solver is not \"optimizer\"";
constexpr std::string_view at_once = "with the solver \"least_squares\" or \"ridge\", which take no steps";
bool has_decay(E e) { return e.train.optimizer.weight_decay > 0; }
bool collects_statistics(E e) {
  return has_batch_norm(e) && e.model.norm.predict_with == PredictWith::running;
}
bool is_sgd(E e) { return e.train.optimizer.name == OptimizerName::sgd; }
bool is_adam(E e) { return !is_sgd(e); }
bool has_cross_entropy(E e) { return e.train.loss.kind == LossKind::cross_entropy; }
bool stops_early(E e) { return e.train.early_stopping.monitor != Monitor::none; }
bool has_probes(E e) { return !e.probes.names.empty(); }
bool has_no_probe_steps(E e) { return e.probes.steps.empty(); }
bool has_ensemble(E e) { return e.ensemble.of != EnsembleOf::none; }
bool has_equal_layers(E e) { return e.model.hidden.empty(); }
bool has_listed_layers(E e) { return !e.model.hidden.empty() || (!e.model.width && !e.model.depth); }
bool has_test_choice(E e) {
  const DataFacts facts = data_facts(e.data);
  return !facts.problem.empty() || facts.test_size > 0 || e.data.test_from == TestFrom::rest;
}
bool reads_path(E e) { return needs_path(e.data.name); }
template <DataName... names>
bool is_data(E e) {
  return ((e.data.name == names) || ...);
}
bool has_images(E e) {
  return is_data<DataName::mnist1d, DataName::mnist1d_large, DataName::digits, DataName::idx, DataName::cifar10,
                 DataName::npy>(e);
}
bool maps_polynomial(E e) { return std::ranges::count(e.data.features, FeatureMap::polynomial) > 0; }
bool keeps_order(E e) { return e.data.features.empty() && !e.data.shuffle_features; }
bool draws_data(E e) { return is_generated(e.data.name); }
bool reads_data(E e) { return !draws_data(e); }
bool has_noisy_targets(E e) { return !draws_data(e) || data_facts(e.data).classes == 0; }
bool has_noise(E e) { return !draws_data(e) || noise_sd(e.data) > 0; }

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

std::vector<Key> describe(LabelNoise& n) {
  return {
      key("rate", &n.rate, "share of noisy labels, drawn once per seed and kept for the whole training")
          .within(0, 1),
      key("kind", choice(n.kind), "what becomes of a noisy label"),
      key("on_val", &n.on_val, "noise on the validation labels too"),
      key("on_test", &n.on_test, "noise on the test labels too"),
  };
}

std::vector<Key> describe(Generator& g) {
  return {
      key("redraw", choice(g.redraw), "what is drawn anew for every seed"),
      key("noise", &g.noise, "standard deviation of the noise; absent: what `descent list data` says").within(0, huge),
      key("noise_on_test", &g.noise_on_test, "noise on the test targets too; noisy inputs always are")
          .when(has_noise, "without noise")
          .when(has_noisy_targets, "with classes, whose noise is on the inputs of every part"),
      key("features", &g.features, "number of inputs; absent: 20 (teacher_student), 30 (linear_spectrum)")
          .within(1, 100'000).when(is_data<DataName::teacher_student, DataName::linear_spectrum>,
                                   "without the data \"teacher_student\" or \"linear_spectrum\""),
      key("classes", &g.classes, "number of arms").within(2, 100)
          .when(is_data<DataName::spirals>, "without the data \"spirals\""),
      key("turns", &g.turns, "full turns of each arm").above(0).at_most(100)
          .when(is_data<DataName::spirals>, "without the data \"spirals\""),
      key("teacher_units", &g.teacher_units, "hidden units of the teacher").unit("units").within(1, 10'000)
          .when(is_data<DataName::teacher_student>, "without the data \"teacher_student\""),
      key("weak_signal", &g.weak_signal, "power of the signal in the features of small scale").within(0, huge)
          .when(is_data<DataName::two_scale_regression>, "without the data \"two_scale_regression\""),
      key("pieces", &g.pieces, "linear pieces of equal length").within(1, 1000)
          .when(is_data<DataName::piecewise_linear>, "without the data \"piecewise_linear\""),
      key("eigenvalues", &g.eigenvalues, "smallest and largest variance of a feature").above(0).at_most(huge)
          .when(is_data<DataName::linear_spectrum>, "without the data \"linear_spectrum\""),
  };
}

std::vector<Key> describe(Distortion& d) {
  return {
      key("decades", &d.decades, "each feature is multiplied by 10^U(-decades, decades)").within(0, 6),
      key("offset", &d.offset, "before that, it is moved by offset * N(0, 1)").within(0, huge),
  };
}

std::vector<Key> describe(Augmentation& a) {
  return {
      key("crop_padding", &a.crop_padding, "a random crop of the image padded with so many zeros on each side")
          .unit("pixels").within(0, 1000),
      key("flip", &a.flip, "every other image, by chance, mirrored left to right"),
  };
}

std::vector<Key> describe(Data& d) {
  return {
      key("name", choice(d.name), "data set; its training part is the pool (digits: all of it)"),
      key("path", &d.path, "where the data lie, relative to the experiment file: a folder, for csv a file").cosmetic()
          .when(reads_path, "with data that Descent has or draws itself"),
      key("label_column", &d.label_column, "column with the labels or targets; absent: the last")
          .when(is_data<DataName::csv>, "without the data \"csv\""),
      key("task", choice(d.task), "what the labels are")
          .when(is_data<DataName::csv, DataName::npy>, "without the data \"csv\" or \"npy\""),
      key("train_size", &d.train_size, "training examples; absent: all that others leave of the pool")
          .unit("examples").within(1, 1e9),
      key("test_size", &d.test_size, "test examples; absent: all there are (digits has none apart: give it)")
          .unit("examples").within(1, 1e9),
      key("val_size", &d.val_size, "validation examples, from the pool, classes in proportion; absent: none")
          .unit("examples").within(0, 1e9),
      key("val_fraction", &d.val_fraction, "validation examples as a share of the pool, instead of val_size")
          .at_least(0).below(1),
      key("subset", choice(d.subset), "which examples of the pool are taken")
          .when(reads_data, "with generated data, which have no order"),
      key("test_from", choice(d.test_from), "where the test examples come from")
          .when(has_test_choice, "with a data set that has no test part; only \"rest\" is possible")
          .when(reads_data, "with generated data, which have a test part of their own"),
      key("normalize", choice(d.normalize), "of each feature; statistics from the training examples only"),
      section("label_noise", describe(d.label_noise), "rate",
              "wrong labels, on training and validation examples alike: both are data to learn from"),
      section("generator", describe(d.generator), "", "how generated data are drawn")
          .when(draws_data, "with data that are read from files"),
      key("shuffle_features", &d.shuffle_features, "one permutation of the features, equal for all seeds"),
      key("features", choice_list(d.features), "what networks see, one after the other; absent: raw"),
      key("polynomial_degree", &d.polynomial_degree, "highest power").within(1, 100)
          .when(maps_polynomial, "without \"polynomial\" in data.features"),
      section("distortion", describe(d.distortion), "decades", "badly scaled features, equal for all seeds"),
      section("augmentation", describe(d.augmentation), "", "other variants of the training images in every step")
          .when(has_images, "without images or signals")
          .when(keeps_order, "with data.features or shuffled features, which are no images"),
      key("bootstrap", &d.bootstrap, "training examples drawn with replacement from the training part, for every seed"),
  };
}

std::vector<Key> describe(Norm& n) {
  return {
      key("kind", choice(n.kind), "normalization in every hidden layer"),
      key("momentum", &n.momentum, "weight of the newest batch in the running statistics")
          .within(0, 1).when(collects_statistics, "without the norm \"batch\" and running statistics"),
      key("epsilon", &n.epsilon, "added to the variance").above(0).at_most(1)
          .when(has_norm, "without a norm"),
      key("affine", &n.affine, "learned scale and shift: gamma and beta").when(has_norm, "without a norm"),
      key("groups", &n.groups, "groups of features; they divide the width of every layer").within(1, 1e6)
          .when(has_group_norm, "without the norm \"group\""),
      key("predict_with", choice(n.predict_with), "statistics used to evaluate")
          .when(has_batch_norm, "without the norm \"batch\""),
      key("statistics_groups", &n.statistics_groups,
          "parts of a training batch that are normalized apart, as on so many devices in parallel")
          .within(1, 1e6).when(has_batch_norm, "without the norm \"batch\""),
      key("synchronized", &n.synchronized, "true: the groups share their statistics; false: each uses its own, and "
          "the running statistics are those of the first, as on the first device")
          .when(has_statistics_groups, "without model.norm.statistics_groups above 1"),
  };
}

std::vector<Key> describe(Dropout& d) {
  return {
      key("rate", &d.rate, "share of hidden units set to 0 in training; the others grow by 1/(1 - rate)")
          .at_least(0).below(1),
      key("kind", choice(d.kind), "what is switched off together").when(is_convnet, no_convnet)
          .when(has_dropout, "without model.dropout.rate"),
  };
}

std::vector<Key> describe(Init& i) {
  return {
      key("scheme", choice(i.scheme), "distribution of the initial weights"),
      key("gain", &i.gain, "factor on the weights; never implied by the activation")
          .within(0, huge).when(has_gain, "beside std or without a random initializer"),
      key("mode", choice(i.mode), "which fan the He initializers divide by")
          .when(is_scheme<InitScheme::he_normal, InitScheme::he_uniform>,
                "without the initializer \"he_normal\" or \"he_uniform\""),
      key("std", &i.std, "standard deviation of the weights, instead of gain")
          .within(0, huge).when(is_scheme<InitScheme::normal, InitScheme::uniform>,
                                "without the initializer \"normal\" or \"uniform\""),
      key("value", &i.value, "the weight").within(-huge, huge)
          .when(is_scheme<InitScheme::constant>, "without the initializer \"constant\""),
      key("bias", &i.bias, "every bias; absent: 0, and U(+-sqrt(1/fan_in)) with pytorch_default")
          .within(-huge, huge),
  };
}

std::vector<Key> describe(Features& f) {
  constexpr std::string_view gaussian = "without the features \"gaussian_basis\"";
  return {
      key("kind", choice(f.kind), "what the readout sees; random_relu and gaussian_basis have model.width of them"),
      key("scale", &f.scale, "standard deviation of each Gaussian, in units of the input").above(0).at_most(huge)
          .when(is_gaussian, gaussian),
      key("centers", &f.centers, "of the first and the last Gaussian").within(-huge, huge)
          .when(is_gaussian, gaussian),
  };
}

std::vector<Key> describe(Experts& x) {
  return {
      key("count", &x.count, "number of experts").within(1, 1000),
      key("hidden", &x.hidden, "sizes of the hidden layers of each expert; absent: linear experts").unit("units")
          .within(1, 100'000),
      key("std", &x.std, "standard deviation of an expert's errors: training maximizes the likelihood of the "
          "mixture, and losses tell the squared error of its mean; absent: training minimizes that squared error")
          .above(0).at_most(huge).when(has_squared_error, "without the loss \"mse\""),
  };
}

std::vector<Key> describe(Gate& g) {
  return {
      key("hidden", &g.hidden, "sizes of the hidden layers of the gate; absent: a linear gate").unit("units")
          .within(1, 100'000),
      key("activation", choice(g.activation), "function applied to the hidden units of the gate")
          .when(has_hidden_gate, "without model.gate.hidden"),
      key("top_k", &g.top_k, "experts that answer an example, those of the largest gates (Shazeer et al. 2017); "
          "absent: all").within(1, 1000),
      key("load_balancing", &g.load_balancing, "weight of the squared coefficient of variation of the experts' "
          "summed gates in a batch, added to the loss in training (Shazeer et al. 2017)").within(0, huge),
  };
}

std::vector<Key> describe(Stem& s) {
  return {
      key("kernel", &s.kernel, "its width (of images also height); 3 is usual for small images, 7 for large ones "
          "(He et al. 2016)").unit("places").within(1, 1000),
      key("stride", &s.stride, "its steps; 2 is usual for large images").unit("places").within(1, 1000),
      key("max_pool", &s.max_pool, "behind it the largest of 3 places (of images 3x3) in steps of 2, as is usual for "
          "large images"),
  };
}

std::vector<Key> describe(Model& m) {
  return {
      key("kind", choice(m.kind), "family of networks"),
      key("width", &m.width, "size of each hidden layer; of a resnet the channels of the first stage, doubled by each "
          "next; of a linear model the number of features").unit("units").within(1, 100'000)
          .when(has_equal_layers, "beside model.hidden; give either")
          .when(has_width, "without the model \"mlp\", \"resnet\" or random or Gaussian features of a linear model"),
      key("depth", &m.depth, "number of hidden layers; 0 is a linear classifier").within(0, 1000)
          .when(is_mlp, no_mlp).when(has_equal_layers, "beside model.hidden; give either"),
      key("hidden", &m.hidden, "sizes of the hidden layers one by one, instead of width and depth")
          .unit("units").within(1, 100'000)
          .when(is_mlp, no_mlp).when(has_listed_layers, "beside model.width and model.depth; give either"),
      key("activation", choice(m.activation), "function applied to each hidden unit")
          .when(has_hidden_units, "without hidden layers"),
      section("norm", describe(m.norm), "kind", "normalization inside the network")
          .when(is_layered, not_layered),
      key("norm_position", choice(m.norm_position), "place of the norm in a hidden layer")
          .when(has_norm, "without a norm").when(is_model<ModelKind::mlp, ModelKind::cnn>, "with the model \"resnet\""),
      key("residual", &m.residual, "every hidden layer but the first adds its input: h + W f(h) + b")
          .when(is_mlp, "without the model \"mlp\"; of a resnet see model.shortcut"),
      key("branch_init", choice(m.branch_init), "factor on the initial weights of what is added")
          .when(is_mlp, no_mlp).when(is_residual, "without model.residual"),
      key("channels", &m.channels, "output channels of the convolutions, one by one; absent: 25, 25, 25")
          .within(1, 100'000).when(is_cnn, no_cnn),
      key("kernels", &m.kernels, "width (of images also height) of each convolution; absent: 5, 3, 3, ...")
          .unit("places").within(1, 1000).when(is_cnn, no_cnn),
      key("strides", &m.strides, "steps of each convolution, of a resnet of each stage; absent: 2 everywhere, "
          "1 in the first stage").unit("places").within(1, 1000).when(is_convnet, no_convnet),
      key("padding", &m.padding, "zeros around the input of each convolution").unit("places").within(0, 1000)
          .when(is_cnn, no_cnn),
      key("max_pool", &m.max_pool, "behind the activation of each layer the largest of so many places, of images of "
          "a square of that side, side by side; 1: of each alone; absent: none").unit("places").within(1, 1000)
          .when(is_cnn, no_cnn),
      key("pooling", choice(m.pooling), "what lies between the last layer and the readout")
          .when(is_cnn, no_cnn),
      section("stem", describe(m.stem), "kernel", "the convolution before the first stage")
          .when(is_resnet, no_resnet),
      key("blocks", &m.blocks, "blocks of each stage; absent: 2, 2, 2, 2 (ResNet-18); 3, 3, 3 is ResNet-20")
          .within(1, 1000).when(is_resnet, no_resnet),
      key("block", choice(m.block), "convolutions of a block").when(is_resnet, no_resnet),
      key("preactivation", &m.preactivation, "norm and activation before each convolution instead of after it")
          .when(is_resnet, no_resnet),
      key("shortcut", choice(m.shortcut), "what a block adds to its convolutions").when(is_resnet, no_resnet),
      key("zero_init_residual", &m.zero_init_residual, "every block starts as its shortcut: the gamma of its last "
          "norm, or without one behind it its last convolution, starts at 0")
          .when(is_resnet, no_resnet).when(has_shortcuts, "with model.shortcut \"none\""),
      key("stochastic_depth", &m.stochastic_depth, "how often the last block is skipped in a training step; "
          "block l of L is skipped l/L as often (Huang et al. 2016)").at_least(0).below(1)
          .when(is_resnet, no_resnet).when(has_shortcuts, "with model.shortcut \"none\""),
      section("dropout", describe(m.dropout), "rate", "hidden units switched off at random while training")
          .when(is_layered, not_layered),
      section("features", describe(m.features), "kind", "fixed features of a linear model")
          .when(is_linear_model, "without the model \"linear_model\""),
      key("intercept", &m.intercept, "a constant among the features of a linear model, penalized like the others")
          .when(is_linear_model, "without the model \"linear_model\""),
      section("experts", describe(m.experts), "count", "the experts of a mixture")
          .when(is_mixture, "without the model \"mixture_of_experts\""),
      section("gate", describe(m.gate), "", "the network that weighs the experts")
          .when(is_mixture, "without the model \"mixture_of_experts\""),
      section("init", describe(m.init), "scheme", "initial weights and biases")
          .when(is_stepped, "with a closed form, which begins at 0"),
  };
}

std::vector<Key> describe(Optimizer& o) {
  std::vector<Key> keys{
      key("name", choice(o.name), "rule of the weight updates"),
      key("lr", &o.lr, "learning rate").within(0, huge).when(has_steps, at_once)
          .when(has_lr, "beside train.solver.relative_lr"),
      key("weight_decay", &o.weight_decay, "decay of the parameters").within(0, huge),
      key("decay_on", choice(o.decay_on), "which parameters decay").when(has_decay, "without weight_decay"),
      key("momentum", &o.momentum, "velocity kept from step to step").at_least(0).below(1)
          .when(is_sgd, "without the optimizer \"sgd\""),
      key("nesterov", &o.nesterov, "gradient at the point that momentum leads to")
          .when(is_sgd, "without the optimizer \"sgd\""),
      key("betas", &o.betas, "decay rates of the first and second moment").at_least(0).below(1)
          .when(is_adam, "without the optimizer \"adam\" or \"adamw\""),
      key("eps", &o.eps, "added to the root of the second moment").above(0).at_most(1)
          .when(is_adam, "without the optimizer \"adam\" or \"adamw\""),
  };
  for (Key& key : keys)
    if (key.name != "lr") key.when(is_stepped, without_steps);  // closed forms know no other of them
  return keys;
}

std::vector<Key> describe(Solver& s) {
  return {
      key("kind", choice(s.kind), "what leads to the weights"),
      key("lambda", &s.lambda, "weight of the squared norm of W").within(0, 1e12)
          .when(is_solver<SolverKind::ridge>, "without the solver \"ridge\""),
      key("relative_lr", &s.relative_lr, "learning rate times the largest eigenvalue of the curvature, instead of "
          "train.optimizer.lr; beyond 2 the steps diverge").above(0).at_most(2)
          .when(is_solver<SolverKind::gradient_descent>, "without the solver \"gradient_descent\""),
  };
}

std::vector<Key> describe(Schedule& s) {
  return {
      key("kind", choice(s.kind), "how the learning rate changes with time t"),
      key("unit", choice(s.unit), "of t, every, milestones and warmup")
          .when(has_schedule_unit,
                "without a warmup or the schedule \"step\", \"multistep\" or \"exponential\""),
      key("every", &s.every, "time between two decays").unit("epochs or steps").within(1, 1e12)
          .when(is_schedule<ScheduleKind::step>, "without the schedule \"step\""),
      key("milestones", &s.milestones, "times of the decays, ascending")
          .unit("epochs or steps").within(1, 1e12)
          .when(is_schedule<ScheduleKind::multistep>, "without the schedule \"multistep\""),
      key("factor", &s.factor, "what a decay multiplies lr by").above(0).at_most(100)
          .when(is_schedule<ScheduleKind::step, ScheduleKind::multistep, ScheduleKind::exponential>,
                "without the schedule \"step\", \"multistep\" or \"exponential\""),
      key("minimum_lr", &s.minimum_lr, "where the cosine ends").within(0, huge)
          .when(is_schedule<ScheduleKind::cosine>, "without the schedule \"cosine\""),
      key("warmup", &s.warmup, "linear growth from 0 to lr, before the schedule begins at t = 0")
          .unit("epochs or steps").within(0, 1e12),
  };
}

std::vector<Key> describe(Loss& l) {
  return {
      key("kind", choice(l.kind), "what training minimizes"),
      key("label_smoothing", &l.label_smoothing, "share of each label spread over all classes")
          .at_least(0).below(1).when(has_cross_entropy, "without the loss \"cross_entropy\""),
  };
}

std::vector<Key> describe(EarlyStopping& s) {
  constexpr std::string_view monitor = "without train.early_stopping.monitor";
  return {
      key("monitor", choice(s.monitor), "value that must improve; val_* has label noise as training has"),
      key("patience", &s.patience, "evaluations without improvement after which training stops")
          .within(1, 1e9).when(stops_early, monitor),
      key("min_delta", &s.min_delta, "an improvement is a value below best - min_delta").within(0, huge)
          .when(stops_early, monitor),
      key("restore", choice(s.restore), "weights kept at the end").when(stops_early, monitor),
      key("stop", &s.stop, "false: only record where it would have stopped, go on")
          .when(stops_early, monitor),
  };
}

std::vector<Key> describe(Evaluate& e) {
  return {
      key("every_epochs", &e.every_epochs, "time between two evaluations; absent: one epoch").unit("epochs")
          .within(1, 1e9).when(has_steps, at_once),
      key("every_steps", &e.every_steps, "time between two evaluations").unit("steps").within(1, 1e12)
          .when(has_steps, at_once),
      key("log_spaced", &e.log_spaced, "number of evaluations, evenly spaced in the logarithm of the step")
          .within(2, 1e6).when(has_steps, at_once),
      key("splits", choice_list(e.splits), "what to evaluate; absent: all that exist"),
  };
}

std::vector<Key> describe(Train& t) {
  return {
      section("optimizer", describe(t.optimizer), "name", "how weights are updated"),
      section("solver", describe(t.solver), "kind", "steps, or a closed form of a linear model"),
      section("schedule", describe(t.schedule), "kind", "learning rate over time").when(is_stepped, without_steps),
      key("batch_size", BatchSlot{&t.batch_size}, "examples per step, or \"full\" for all").unit("examples")
          .within(1, 1e9).when(is_stepped, without_steps),
      key("drop_last", &t.drop_last, "leave out the last batch of an epoch when it is smaller")
          .when(is_stepped, without_steps),
      key("epochs", &t.epochs, "length of the training; 0 measures the network as initialized")
          .unit("epochs").within(0, 1e9).when(has_steps, at_once),
      key("steps", &t.steps, "length of the training, instead of epochs").unit("steps").within(0, 1e12)
          .when(has_steps, at_once),
      section("loss", describe(t.loss), "kind", "what training minimizes"),
      key("clip_gradient_norm", &t.clip_gradient_norm, "longest gradient; longer ones are scaled down to it")
          .above(0).at_most(huge).when(is_stepped, without_steps),
      section("early_stopping", describe(t.early_stopping), "monitor", "stop when a value improves no more")
          .when(has_steps, at_once),
      section("evaluate", describe(t.evaluate), "every_epochs", "when and on what the network is evaluated"),
      key("threads", &t.threads, "threads of one run; no number depends on them").within(1, 1024).cosmetic(),
  };
}

std::vector<Key> describe(Probes& p) {
  return {
      key("names", choice_list(p.names), "measurements inside the network, written to probes.csv; absent: none"),
      key("at", choice(p.at), "when they are taken").when(has_probes, "without probes.names")
          .when(has_no_probe_steps, "with probes.steps"),
      key("steps", &p.steps, "steps after which they are taken, in place of \"at\"; 0 is the initialization; ascending")
          .at_least(0).when(has_probes, "without probes.names"),
  };
}

std::vector<Key> describe(Predict& p) {
  return {
      key("dropout_samples", &p.dropout_samples,
          "thinned networks whose predictions are averaged in every evaluation (Gal and Ghahramani 2016); 0: one pass "
          "with all units, scaled")
          .within(0, 10'000).when(has_dropout, "without model.dropout.rate"),
  };
}

std::vector<Key> describe(Record& r) {
  return {
      key("predictions", &r.predictions,
          "what the network says of the test examples at the end: predictions.npy in every part"),
  };
}

std::vector<Key> describe(Ensemble& e) {
  return {
      key("of", choice(e.of), "whose predictions are averaged; records the predictions").cosmetic(),
      key("sizes", &e.sizes, "numbers of members, ascending; absent: 1 and all there are").within(1, 1e6)
          .cosmetic().when(has_ensemble, "without ensemble.of"),
  };
}

}  // namespace

Key& Key::when(bool (*applies)(const Experiment&), std::string_view otherwise) {
  if (auto* section = std::get_if<SectionSlot>(&slot))  // in front: what holds for the section is told first
    for_each_key(section->keys, [&](const std::string&, Key& inner) {
      if (!std::holds_alternative<SectionSlot>(inner.slot))
        inner.conditions.insert(inner.conditions.begin(), {applies, otherwise});
    });
  else conditions.push_back({applies, otherwise});
  return *this;
}

const Condition* Key::idle_in(const Experiment& experiment) const {
  const auto idle = std::ranges::find_if(conditions, [&](const Condition& c) { return !c.applies(experiment); });
  return idle == conditions.end() ? nullptr : &*idle;
}

std::vector<Key> describe(Experiment& e) {
  return {
      key("name", &e.name, "names the results folder; absent: the name of the file").cosmetic(),
      key("description", &e.description, "what the experiment shows").cosmetic(),
      key("seeds", SeedsSlot{&e.seeds}, "how many seeds (0, 1, ...) or which; every point runs with each")
          .at_least(0).cosmetic(),
      key("device", choice(e.device), "where networks are trained"),
      key("precision", choice(e.precision), "of all numbers in training"),
      key("checkpoint_seconds", &e.checkpoint_seconds, "least time between two checkpoints of a run")
          .within(0, 86400).unit("s").cosmetic(),
      section("data", describe(e.data), "name", "examples to learn from and to test with"),
      section("model", describe(e.model), "", "the network"),
      section("train", describe(e.train), "", "how the network is trained"),
      section("predict", describe(e.predict), "", "how a trained network predicts"),
      section("record", describe(e.record), "", "what is kept of a run beside its curves"),
      section("ensemble", describe(e.ensemble), "of", "averaged predictions of several networks: ensembles.csv")
          .cosmetic(),
      key("bias_variance", &e.bias_variance,
          "bias and variance over seeds on the test examples: bias_variance.csv; records the predictions").cosmetic(),
      section("probes", describe(e.probes), "names", "what to measure inside the network; no training changes by it"),
      key("claims", ClaimsSlot{&e.claims}, "what should be seen; descent verify tests it").cosmetic(),
  };
}

std::vector<Key> describe(Claim& c) {
  return {
      key("says", &c.says, "the claim as a sentence").cosmetic(),
      key("that", &c.that, "the claim as an expression over the results: descent explain claims").cosmetic(),
      key("reference", &c.reference, "paper and figure").cosmetic(),
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
