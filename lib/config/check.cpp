#include "config/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/data_facts.h"

namespace descent::config {
namespace {

using Findings = std::vector<Finding>;

constexpr std::string_view train_size = "data.train_size", test_size = "data.test_size",
                           val_size = "data.val_size", val_fraction = "data.val_fraction",
                           test_from = "data.test_from";

void check_device(const Experiment& e, Findings& found) {
  if (e.device == Device::cuda)
    found.push_back({{"device"}, "cuda is not available in this version; use \"cpu\""});
}

// "3000 training + 1500 validation = 4500"
std::string sum_text(const SplitSizes& sizes, bool with_test) {
  std::string text = fmt::format("{} training", sizes.train);
  std::int64_t sum = sizes.train;
  if (sizes.val > 0) text += fmt::format(" + {} validation", sizes.val), sum += sizes.val;
  if (with_test) text += fmt::format(" + {} test", sizes.test), sum += sizes.test;
  return sum == sizes.train ? text : text + fmt::format(" = {}", sum);
}

// False when there are no data to speak of.
bool check_path(const Experiment& e, Findings& found) {
  const std::string_view path = "data.path";
  if (needs_path(e.data.name) && e.data.path.empty()) {
    found.push_back({{path, "data.name"}, fmt::format("the data \"{}\" need data.path", name_of(e.data.name))});
    return false;
  }
  const std::string problem = data_facts(e.data).problem;
  if (!problem.empty()) found.push_back({{path, "data.name"}, problem});
  return problem.empty();
}

void check_spectrum(const Experiment& e, Findings& found) {
  const auto& [smallest, largest] = e.data.generator.eigenvalues;
  if (smallest > largest) found.push_back({{"data.generator.eigenvalues"}, "must ascend"});
}

// False when the sizes make no sense, so that what depends on them cannot be checked.
bool check_sizes(const Experiment& e, Findings& found) {
  const Data& data = e.data;
  const DataFacts facts = data_facts(data);
  const std::string_view name = name_of(data.name);
  const bool rest = tests_on_rest(data);
  const auto fail = [&](std::vector<std::string_view> paths, std::string message) {
    for (const auto path :
         {train_size, val_size, val_fraction, test_size, test_from, std::string_view("data.name")})
      paths.push_back(path);
    found.push_back({std::move(paths), std::move(message)});
    return false;
  };
  if (data.val_size && data.val_fraction) return fail({val_fraction}, "give either val_size or val_fraction");
  if (rest && !data.test_size && !data.train_size)
    return fail({facts.test_size == 0 ? "data.name" : test_from},
                fmt::format("{}: give data.test_size, or data.train_size to test on what is left",
                            facts.test_size == 0 ? fmt::format("{} has no test part of its own", name)
                                                 : "\"rest\" alone leaves the sizes open"));
  const SplitSizes sizes = split_sizes(data);
  const std::string_view val = data.val_size ? val_size : val_fraction;
  if (data.val_fraction.value_or(0) > 0 && sizes.val == 0)
    return fail({val}, fmt::format("leaves no validation example of {}", facts.train_size));
  if (!data.train_size && sizes.train < 1)
    return fail({sizes.val > 0 ? val : test_size},
                fmt::format("leaves no training example of the {} in the training "
                            "part of {}",
                            facts.train_size, name));
  if (rest && !data.test_size && sizes.test < 1)
    return fail({train_size}, fmt::format("leaves no test example of the {} of {}", facts.train_size, name));
  if (sizes.train + sizes.val + (rest ? sizes.test : 0) > facts.train_size)
    return fail({data.train_size ? train_size
                 : sizes.val > 0 ? val
                                 : test_size},
                fmt::format("asks for {} examples; the training part of {} has {}",
                            sum_text(sizes, rest && data.test_size), name, facts.train_size));
  if (!rest && sizes.test > facts.test_size)
    return fail({test_size},
                fmt::format("asks for {} test examples; {} has {}", sizes.test, name, facts.test_size));
  return true;
}

// What needs classes, on data that have real targets instead.
void check_task(const Experiment& e, Findings& found) {
  const DataFacts facts = data_facts(e.data);
  if (facts.classes > 0 || !facts.problem.empty()) return;
  const auto fail = [&](std::vector<std::string_view> paths, std::string_view what, std::string_view remedy) {
    paths.push_back("data.name");
    found.push_back({std::move(paths), fmt::format("{} needs classes; {} has real targets: {}", what,
                                                   name_of(e.data.name), remedy)});
  };
  if (e.train.loss.kind == LossKind::cross_entropy)
    fail({"train.loss", "train.loss.kind"}, "the loss \"cross_entropy\"", "use \"mse\"");
  if (e.data.label_noise.rate > 0)
    fail({"data.label_noise", "data.label_noise.rate"}, "label noise", "use data.generator.noise");
  const Monitor monitor = e.train.early_stopping.monitor;
  if (monitor == Monitor::val_error || monitor == Monitor::train_error)
    fail({"train.early_stopping", "train.early_stopping.monitor"},
         fmt::format("\"{}\"", name_of(monitor)),
         monitor == Monitor::val_error ? "monitor \"val_loss\"" : "monitor \"train_loss\"");
}

void check_features(const Experiment& e, Findings& found) {
  const Model& model = e.model;
  const Features& features = model.features;
  if (model.kind != ModelKind::linear_model || features.kind == FeatureKind::raw) return;
  if (!model.width)
    found.push_back({{"model.features", "model.width"},
                     fmt::format("the features \"{}\" need model.width", name_of(features.kind))});
  if (features.kind != FeatureKind::gaussian_basis) return;
  if (const std::int64_t inputs = data_facts(e.data).shape.features(); inputs != 1)
    found.push_back({{"model.features", "model.features.kind", "data.name"},
                     fmt::format("a Gaussian basis is of one input; {} has {}", name_of(e.data.name), inputs)});
  if (features.centers[0] >= features.centers[1])
    found.push_back({{"model.features.centers"}, "must ascend"});
}

void check_mixture(const Experiment& e, Findings& found) {
  const Model& model = e.model;
  if (model.kind == ModelKind::mixture_of_experts && model.gate.top_k.value_or(1) > model.experts.count)
    found.push_back({{"model.gate.top_k", "model.experts.count", "model.experts"},
                     fmt::format("{} of {} experts", *model.gate.top_k, model.experts.count)});
}

void check_solver(const Experiment& e, Findings& found) {
  const Solver& solver = e.train.solver;
  if (!has_closed_form(e.train)) return;
  const std::string_view name = name_of(solver.kind);
  if (e.model.kind != ModelKind::linear_model)
    found.push_back({{"train.solver", "train.solver.kind", "model.kind"},
                     fmt::format("only the model \"linear_model\" has the solver \"{}\"", name)});
  else if (e.train.loss.kind != LossKind::mse)
    found.push_back({{"train.solver", "train.solver.kind", "train.loss", "train.loss.kind"},
                     fmt::format("\"{}\" minimizes the squared error; set train.loss to \"mse\"", name)});
  if (solver.kind == SolverKind::ridge && !solver.lambda)
    found.push_back({{"train.solver", "train.solver.lambda"}, "the solver \"ridge\" needs train.solver.lambda"});
}

void check_layers(const Experiment& e, const Given& given, Findings& found) {
  const Model& model = e.model;
  if (model.kind == ModelKind::resnet && !model.width)
    found.push_back({{"model", "model.width"}, "a resnet needs model.width"});
  if (model.kind != ModelKind::mlp) return;
  if (!model.hidden.empty() || given.contains("model.hidden")) return;
  if (model.width && !model.depth)
    found.push_back({{"model.width", "model.depth"}, "needs model.depth beside it"});
  if (!model.width && model.depth.value_or(0) > 0)
    found.push_back({{"model.depth", "model.width"}, "needs model.width beside it"});
  if (!model.width && !model.depth)
    found.push_back(
        {{"model", "model.width", "model.depth", "model.hidden"}, "needs width and depth, or hidden"});
}

// One number per layer or stage; maps not smaller than the kernel that goes over them.
void check_maps(const Experiment& e, Findings& found) {
  const Model& model = e.model;
  const bool staged = model.kind == ModelKind::resnet;
  if (!staged && model.kind != ModelKind::cnn) return;
  const std::vector<std::int64_t> kernels = config::kernels(model), strides = config::strides(model),
                                  max_pool = config::max_pool(model);
  const std::size_t layers = staged ? blocks(model).size() : channels(model).size();
  const auto lengths = [&](const std::vector<std::int64_t>& list, std::string_view path, std::string_view other) {
    if (list.size() == layers) return true;
    found.push_back({{path, other}, fmt::format("needs a number for each of {} {}, has {}", layers,
                                                staged ? "stages" : "layers", list.size())});
    return false;
  };
  if (!lengths(strides, "model.strides", staged ? "model.blocks" : "model.channels") || staged) return;
  if (!lengths(kernels, "model.kernels", "model.channels")) return;
  if (!lengths(max_pool, "model.max_pool", "model.channels")) return;
  const DataFacts facts = data_facts(e.data);
  if (!facts.problem.empty()) return;  // told elsewhere
  const Shape& shape = facts.shape;
  for (std::int64_t size : {shape.height == 1 ? shape.width : shape.height, shape.width})
    for (std::size_t i = 0; i < layers; ++i) {
      if (size + 2 * model.padding < kernels[i]) {
        found.push_back({{"model.kernels", "model.channels", "model.strides", "model.padding", "model.kind"},
                         fmt::format("layer {} has a kernel of {} for a map of {}", i + 1, kernels[i], size)});
        return;
      }
      size = (size + 2 * model.padding - kernels[i]) / strides[i] + 1;
      if (size < max_pool[i]) {
        found.push_back({{"model.max_pool", "model.channels", "model.strides", "model.padding", "model.kind"},
                         fmt::format("layer {} pools {} places of a map of {}", i + 1, max_pool[i], size)});
        return;
      }
      size /= max_pool[i];
    }
}

// Group norm divides the features of every layer evenly.
void check_norm_groups(const Experiment& e, Findings& found) {
  const Model& model = e.model;
  if (model.norm.kind != NormKind::group) return;
  std::vector<std::int64_t> widths;
  switch (model.kind) {
    case ModelKind::mlp: widths = hidden_widths(model); break;
    case ModelKind::cnn: widths = channels(model); break;
    case ModelKind::resnet: widths = {model.width.value_or(model.norm.groups)}; break;
    case ModelKind::linear_model:
    case ModelKind::mixture_of_experts: break;
  }
  for (const std::int64_t width : widths)
    if (width % model.norm.groups != 0) {
      found.push_back({{"model.norm.groups", "model.norm", "model.norm.kind"},
                       fmt::format("{} groups do not divide a width of {}", model.norm.groups, width)});
      return;
    }
}

void check_residual(const Experiment& e, Findings& found) {
  if (e.model.kind != ModelKind::mlp || !e.model.residual) return;
  const std::vector<std::int64_t> widths = hidden_widths(e.model);
  if (widths.size() < 2 || std::ranges::adjacent_find(widths, std::ranges::not_equal_to{}) != widths.end())
    found.push_back({{"model.residual", "model.depth", "model.hidden"},
                     "a residual network needs two hidden layers or more, all of one width"});
  if (e.model.norm.kind != NormKind::none && e.model.norm_position == NormPosition::after)
    found.push_back({{"model.norm_position", "model.residual"},
                     "a residual network normalizes before the activation"});
}

void check_init(const Experiment& e, Findings& found) {
  if (e.model.init.scheme == InitScheme::constant && !e.model.init.value)
    found.push_back(
        {{"model.init", "model.init.value"}, "the initializer \"constant\" needs model.init.value"});
}

// Every batch in equal groups of 2 examples or more; `last`: the short batch at the end of an epoch, 0: none.
void check_groups(std::int64_t batch, std::int64_t last, std::int64_t groups, Findings& found) {
  const std::vector<std::string_view> paths = {"model.norm.statistics_groups", "train.batch_size", train_size};
  if (batch % groups != 0 || batch / groups < 2)
    found.push_back(
        {paths, fmt::format("a batch of {} does not split into {} equal groups of 2 examples or more", batch, groups)});
  else if (last % groups != 0 || (last > 0 && last / groups < 2))
    found.push_back({paths, fmt::format("the last batch of {} does not split into {} equal groups of 2 examples or "
                                        "more; set train.drop_last or another size",
                                        last, groups)});
}

void check_batches(const Experiment& e, Findings& found) {
  const std::int64_t train = split_sizes(e.data).train, batch = batch_size(e.train, train);
  const std::string_view path = "train.batch_size";
  if (batch > train) {
    found.push_back({{path, train_size},
                     fmt::format("a batch of {} is larger than the {} training examples; "
                                 "\"full\" takes all of them",
                                 batch, train)});
    return;
  }
  if (e.model.norm.kind != NormKind::batch) return;
  if (e.model.kind == ModelKind::mlp && hidden_widths(e.model).empty()) return;
  const std::int64_t groups = e.model.norm.statistics_groups, last = e.train.drop_last ? 0 : train % batch;
  if (batch == 1)
    found.push_back({{path, "model.norm.kind"}, "batch norm needs at least 2 examples in a batch, got 1"});
  else if (groups > 1)
    check_groups(batch, last, groups, found);
  else if (last == 1)
    found.push_back(
        {{path, "model.norm.kind", "train.drop_last", train_size},
         fmt::format("{} training examples in batches of {} leave a last batch of 1, too small for batch "
                     "norm; set train.drop_last or another size",
                     train, batch)});
}

void check_optimizer(const Experiment& e, Findings& found) {
  const Optimizer& optimizer = e.train.optimizer;
  if (optimizer.name == OptimizerName::sgd && optimizer.nesterov && optimizer.momentum == 0)
    found.push_back({{"train.optimizer.nesterov", "train.optimizer.momentum"}, "needs momentum above 0"});
}

void check_ascending(std::string_view path, const std::vector<std::int64_t>& values, Findings& found) {
  if (std::ranges::adjacent_find(values, std::greater_equal{}) != values.end())
    found.push_back({{path}, "must ascend"});
}

void check_schedule(const Experiment& e, Findings& found) {
  const Schedule& schedule = e.train.schedule;
  const std::string_view milestones = "train.schedule.milestones";
  if (schedule.kind == ScheduleKind::multistep && schedule.milestones.empty())
    found.push_back({{"train.schedule", milestones}, "the schedule \"multistep\" needs milestones"});
  check_ascending(milestones, schedule.milestones, found);
  if (schedule.kind == ScheduleKind::cosine && schedule.minimum_lr > e.train.optimizer.lr)
    found.push_back(
        {{"train.schedule.minimum_lr", "train.optimizer.lr"}, "must not be above the learning rate"});
}

void check_duration(const Experiment& e, Findings& found) {
  const SolverKind solver = e.train.solver.kind;
  if (solver == SolverKind::least_squares || solver == SolverKind::ridge) return;
  const bool epochs = e.train.epochs.has_value(), steps = e.train.steps.has_value();
  if (epochs && steps) found.push_back({{"train.steps", "train.epochs"}, "give either epochs or steps"});
  if (!epochs && !steps) found.push_back({{"train", "train.epochs", "train.steps"}, "needs epochs or steps"});
}

bool is_evaluated(const Evaluate& evaluate, Split split) {
  return evaluate.splits.empty() || std::ranges::find(evaluate.splits, split) != evaluate.splits.end();
}

void check_evaluation(const Experiment& e, bool has_val, Findings& found) {
  const Evaluate& evaluate = e.train.evaluate;
  constexpr std::string_view splits = "train.evaluate.splits", monitor = "train.early_stopping.monitor";
  if (evaluate.every_epochs.has_value() + evaluate.every_steps.has_value() + evaluate.log_spaced.has_value() >
      1)
    found.push_back({{"train.evaluate"}, "give one of every_epochs, every_steps and log_spaced"});
  constexpr std::string_view no_val =
      "there are no validation examples; give data.val_size or data.val_fraction";
  if (!evaluate.splits.empty() && is_evaluated(evaluate, Split::val) && !has_val)
    found.push_back({{splits, val_size, val_fraction}, std::string(no_val)});
  const Monitor watched = e.train.early_stopping.monitor;
  if (watched == Monitor::none) return;
  const bool on_val = watched == Monitor::val_loss || watched == Monitor::val_error;
  if (on_val && !has_val) found.push_back({{monitor, val_size, val_fraction}, std::string(no_val)});
  else if (!is_evaluated(evaluate, on_val ? Split::val : Split::train))
    found.push_back({{monitor, splits},
                     fmt::format("{} is not evaluated; add \"{}\" to train.evaluate.splits", name_of(watched),
                                 on_val ? "val" : "train")});
}

void check_probe_steps(const Experiment& e, Findings& found) {
  constexpr std::string_view steps = "probes.steps";
  check_ascending(steps, e.probes.steps, found);
  if (e.train.epochs.has_value() == e.train.steps.has_value() || e.probes.steps.empty()) return;
  if (const std::int64_t total = total_steps(e.train, split_sizes(e.data).train); e.probes.steps.back() > total)
    found.push_back({{steps, "train.steps", "train.epochs"},
                     fmt::format("{} is after the end: the training takes {} steps", e.probes.steps.back(), total)});
}

// What is read from predictions needs them, and of the same test examples.
void check_readings(const Experiment& e, const Given& given, Findings& found) {
  if (!compares_predictions(e)) return;
  constexpr std::string_view sizes = "ensemble.sizes", of = "ensemble.of", seeds = "seeds",
                             predictions = "record.predictions";
  const bool of_seeds = e.ensemble.of == EnsembleOf::seeds;
  const std::string_view reading = e.bias_variance ? "bias_variance" : of;
  if (given.contains(predictions) && !e.record.predictions)
    found.push_back({{predictions}, fmt::format("must be true for {}; leave it out", reading)});
  check_ascending(sizes, e.ensemble.sizes, found);
  if (!of_seeds && !e.bias_variance) return;
  const std::int64_t count = std::ssize(e.seeds);
  if (count < 2) found.push_back({{reading, seeds}, "needs 2 seeds or more"});
  else if (of_seeds && !e.ensemble.sizes.empty() && e.ensemble.sizes.back() > count)
    found.push_back({{sizes, of, seeds},
                     fmt::format("{} members need as many seeds; there are {}", e.ensemble.sizes.back(), count)});
  for (const std::string_view key : keys_of_other_tests(e.data))
    found.push_back({{key, reading}, "makes other test examples for every seed, whose predictions cannot be compared"});
}

}  // namespace

std::vector<std::string_view> keys_of_other_tests(const Data& data) {
  std::vector<std::string_view> keys;
  if (tests_on_rest(data) && data.subset == Subset::random) keys.push_back("data.subset");
  if (data.label_noise.on_test && data.label_noise.rate > 0) keys.push_back("data.label_noise.on_test");
  if (is_generated(data.name) && data.generator.redraw == Redraw::all) keys.push_back("data.generator.redraw");
  return keys;
}

std::vector<Finding> check(const Experiment& e, const Given& given) {
  Findings found;
  check_device(e, found);
  check_probes(e, found);
  const bool sizes_fit = check_path(e, found) && check_sizes(e, found);
  check_spectrum(e, found);
  check_task(e, found);
  check_layers(e, given, found);
  check_features(e, found);
  check_mixture(e, found);
  check_solver(e, found);
  check_maps(e, found);
  check_norm_groups(e, found);
  check_residual(e, found);
  check_init(e, found);
  if (sizes_fit) check_batches(e, found);
  check_optimizer(e, found);
  check_schedule(e, found);
  check_duration(e, found);
  check_readings(e, given, found);
  if (!sizes_fit) return found;
  check_evaluation(e, split_sizes(e.data).val > 0, found);
  check_probe_steps(e, found);
  return found;
}

}  // namespace descent::config
