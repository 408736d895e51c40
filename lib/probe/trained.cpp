// Trained networks, changed and measured again.

#include <algorithm>
#include <cmath>

#include "probe/measures.h"
#include "probe/subsets.h"
#include "probe/units.h"

namespace descent::probe {
namespace {

// Streams of random numbers, of the run's seed.
constexpr std::uint64_t unit_stream = 1, lesion_stream = 2;

// Factors s for which f(s z) = s f(z), where no norm undoes them.
Rescaling allowed_rescaling(const config::Model& model) {
  if (model.norm.kind != config::NormKind::none) return Rescaling::none;
  switch (model.activation) {
    case config::Activation::tanh: return Rescaling::signs;
    case config::Activation::relu:
    case config::Activation::leaky_relu:
    case config::Activation::identity: return Rescaling::positive;
    case config::Activation::sigmoid:
    case config::Activation::gelu:
    case config::Activation::silu: return Rescaling::none;
  }
  __builtin_unreachable();
}

// Blocks of a perceptron: the hidden layers after the first. A deleted one passes its input on: the branch of a
// residual network becomes 0; a ReLU layer becomes the identity, as a ReLU of a ReLU is the ReLU.
template <class T>
class Lesions {
 public:
  explicit Lesions(Look<T>& look) : subject_(look.subject), changed_(subject_.layout.parameters) {
    const std::int64_t depth = static_cast<std::int64_t>(config::hidden_widths(subject_.experiment.model).size());
    for (std::int64_t i = 1; i < depth; ++i) blocks_.push_back("linear" + std::to_string(i));
  }

  std::int64_t blocks() const { return static_cast<std::int64_t>(blocks_.size()); }

  double error_without(const std::vector<std::int32_t>& deleted) {
    std::copy_n(subject_.parameters, changed_.size(), changed_.data());
    for (const std::int32_t block : deleted) {
      const std::string& name = blocks_[static_cast<std::size_t>(block)];
      const nn::NamedTensor& weight = *subject_.layout.find(name + ".weight");
      T* w = changed_.data() + weight.offset;
      std::fill_n(w, weight.size(), T(0));
      std::fill_n(changed_.data() + subject_.layout.offset(name + ".bias"), weight.stride, T(0));
      if (!subject_.experiment.model.residual)
        for (std::int64_t i = 0; i < weight.rows; ++i) w[i * weight.stride + i] = T(1);
    }
    return subject_.test_error(changed_.data());
  }

 private:
  const Subject<T>& subject_;
  nn::Buffer<T> changed_;
  std::vector<std::string> blocks_;
};

}  // namespace

template <class T>
void Trained<T>::symmetry_difference(Look<T>& look, const Add& add) {
  const nn::Layout& layout = look.subject.layout;
  core::Random random(static_cast<std::uint64_t>(look.subject.seed), unit_stream);
  const config::Model& model = look.subject.experiment.model;
  const std::vector<Units> units = random_units(model, allowed_rescaling(model), random);
  nn::Buffer<T> parameters(layout.parameters), statistics(layout.statistics);
  transform_units(layout, units, false, look.subject.parameters, parameters.data());
  transform_units(layout, units, true, look.subject.statistics, statistics.data());
  const T* outputs = look.predict(look.subject.parameters, look.subject.statistics);
  const std::vector<T> before(outputs, outputs + look.rows * layout.output_stride);
  outputs = look.predict(parameters.data(), statistics.data());
  double largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(outputs[i]) - static_cast<double>(before[i])));
  add("", largest);
}

template <class T>
void Trained<T>::lesion_error(Look<T>& look, const Add& add) {
  constexpr std::int64_t draws = 10;
  Lesions<T> lesions(look);
  const std::int64_t blocks = lesions.blocks();
  core::Random random(static_cast<std::uint64_t>(look.subject.seed), lesion_stream);
  for (const std::int64_t deleted : {0, 1, 2, 4, 8, 12, 16}) {
    if (deleted > blocks) break;
    const auto sets = subsets(blocks, deleted, deleted == 1 ? blocks : draws, random);
    double sum = 0;
    for (const std::vector<std::int32_t>& set : sets) sum += lesions.error_without(set);
    add("deleted=" + std::to_string(deleted), sum / static_cast<double>(sets.size()));
  }
}

template <class T>
void Trained<T>::lesion_worst_error(Look<T>& look, const Add& add) {
  Lesions<T> lesions(look);
  double worst = 0;
  for (std::int32_t block = 0; block < lesions.blocks(); ++block)
    worst = std::max(worst, lesions.error_without({block}));
  add("", worst);
}

template struct Trained<float>;
template struct Trained<double>;

}  // namespace descent::probe
