#include "engine/torch/evaluator.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <limits>

#include "engine/evaluation.h"
#include "engine/torch/loss.h"
#include "engine/torch/precision.h"

namespace descent::engine {
namespace {

constexpr std::int64_t rows_without_dropout = 1000;

}  // namespace

Evaluator::Evaluator(std::vector<const Replica*> replicas, const at::TensorOptions& options, InputCache& inputs,
                     std::shared_ptr<StepRandomness> randomness, Steps steps)
    : replicas_(std::move(replicas)), experiment_(*replicas_.front()->experiment), options_(options),
      randomness_(std::move(randomness)), steps_(std::move(steps)),
      examples_({Examples(replicas_, config::Split::train, options, inputs),
                 Examples(replicas_, config::Split::val, options, inputs),
                 Examples(replicas_, config::Split::test, options, inputs)}) {}

template <class Visit>
void Evaluator::for_each_output(const Members& members, config::Split split, const Visit& visit) {
  const torch::NoGradGuard no_grad;
  const PrecisionMode mode(experiment_, options_.device());
  const Examples& all = examples(split);
  const bool samples = samples_masks();
  const std::int64_t rows =
      predicts_in_batches(experiment_.model)
          ? std::min(config::batch_size(experiment_.train, examples(config::Split::train).size()), all.size())
      : samples ? evaluation_rows
                : rows_without_dropout;
  members.network.eval();
  for (std::int64_t start = 0; start < all.size();) {
    const Batch batch = all.rows(start, pass_size(experiment_.model, start, rows, all.size()))
                            .narrow(0, members.first, members.network.replicas());
    visit(batch, samples ? average_of_masks(members, batch.x, split, start) : members.network.forward(batch.x));
    start += batch.x.size(1);
  }
}

bool Evaluator::samples_masks() const {
  return std::ranges::any_of(replicas_, [](const Replica* r) { return dropout_samples(*r->experiment) > 0; });
}

// [R, rows, K]: the outputs averaged over random masks; for cross-entropy the logarithms of the averaged probabilities.
at::Tensor Evaluator::average_of_masks(const Members& members, const at::Tensor& x, config::Split split,
                                       std::int64_t start) {
  const bool probabilities = experiment_.train.loss.kind == config::LossKind::cross_entropy;
  members.network.predict_with_dropout(true);
  at::Tensor sum, outputs;
  for (std::int64_t sample = 0; sample < experiment_.predict.dropout_samples; ++sample) {
    std::vector<PassSeed> seeds;
    for (std::int64_t r = members.first; r < members.first + members.network.replicas(); ++r) {
      const auto member = static_cast<std::size_t>(r);
      const PredictionSeed passes = prediction_seed(replicas_[member]->seed, steps_(member), split);
      seeds.push_back({passes.seed, passes.stream(start, sample)});
    }
    randomness_->begin_pass(std::move(seeds));
    outputs = members.network.forward(x);
    const at::Tensor values = probabilities ? outputs.to(at::kDouble).softmax(-1) : outputs.to(at::kDouble);
    sum = sum.defined() ? sum + values : values;
  }
  members.network.predict_with_dropout(false);
  const at::Tensor mean = sum / static_cast<double>(experiment_.predict.dropout_samples);
  // Keeps the logarithm finite when a probability underflows; NaN stays NaN.
  return (probabilities ? mean.clamp_min(std::numeric_limits<double>::min()).log() : mean).to(outputs.scalar_type());
}

// [R, 1, K]: factors from scaled targets to their units; undefined if targets are not scaled.
at::Tensor Evaluator::target_units(const Members& members) const {
  std::vector<at::Tensor> scales;
  for (std::int64_t r = members.first; r < members.first + members.network.replicas(); ++r) {
    const std::vector<double>& scale = replicas_[static_cast<std::size_t>(r)]->data.target_scaling.scale;
    if (scale.empty()) return {};
    scales.push_back(torch::tensor(at::ArrayRef<double>(scale), at::kDouble).reciprocal().unsqueeze(0));
  }
  return torch::stack(scales).to(options_.device());
}

std::vector<SplitLoss> Evaluator::evaluate(const Members& members, config::Split split) {
  const bool has_classes = replicas_.front()->data.classes > 0;
  const at::TensorOptions sums = options_.dtype(at::kDouble);
  const at::Tensor losses = torch::zeros({members.network.replicas()}, sums), errors = torch::zeros_like(losses);
  const at::Tensor units = target_units(members);
  const config::Loss plain{experiment_.train.loss.kind};  // label smoothing applies only in training
  for_each_output(members, split, [&](const Batch& batch, const at::Tensor& outputs) {
    const auto add_losses = [&](const at::Tensor& of_examples) { losses.add_(of_examples.to(at::kDouble).sum(1)); };
    if (!units.defined()) add_losses(example_losses(plain, outputs, batch));
    if (has_classes) {
      errors.add_((outputs.argmax(2) != batch.labels).sum(1));
      return;
    }
    at::Tensor distances = (outputs - batch.targets).to(at::kDouble);
    if (units.defined()) add_losses((distances = distances * units).square().mean(2));
    errors.add_(distances.abs().mean(2).sum(1));
  });
  const at::Tensor means = (torch::stack({losses, errors}) / static_cast<double>(examples(split).size())).cpu();
  std::vector<SplitLoss> all;
  for (std::int64_t r = 0; r < members.network.replicas(); ++r) {
    const double error = means[1][r].item<double>();
    if (has_classes) all.push_back({means[0][r].item<double>(), error, std::nullopt});
    else all.push_back({means[0][r].item<double>(), std::nullopt, error});
  }
  return all;
}

at::Tensor Evaluator::predict(models::Network& network, std::size_t member, config::Split split) {
  std::vector<at::Tensor> parts;
  for_each_output({network, 0}, split, [&](const Batch&, const at::Tensor& outputs) {
    const at::Tensor values = outputs[static_cast<std::int64_t>(member)].to(at::kDouble);
    parts.push_back(experiment_.train.loss.kind == config::LossKind::cross_entropy ? values.log_softmax(-1) : values);
  });
  const at::Tensor all = torch::cat(parts).cpu();
  const formats::Scaling& scaling = replicas_[member]->data.target_scaling;
  if (scaling.scale.empty()) return all;
  return all / torch::tensor(at::ArrayRef<double>(scaling.scale), at::kDouble) +
         torch::tensor(at::ArrayRef<double>(scaling.shift), at::kDouble);
}

}  // namespace descent::engine
