#include "probe/units.h"

#include <cmath>
#include <string>

namespace descent::probe {
namespace {

double random_factor(Rescaling rescaling, core::Random& random) {
  switch (rescaling) {
    case Rescaling::none: return 1;
    case Rescaling::signs: return random.below(2) == 0 ? 1 : -1;
    case Rescaling::positive: return std::exp(random.normal());
  }
  __builtin_unreachable();
}

}  // namespace

std::vector<Units> random_units(const config::Model& model, Rescaling rescaling, core::Random& random) {
  std::vector<Units> all;
  for (const std::int64_t width : config::hidden_widths(model)) {
    Units units;
    core::permute(random, width, units.order);
    for (std::int64_t j = 0; j < width; ++j) units.factor.push_back(random_factor(rescaling, random));
    all.push_back(model.residual && !all.empty() ? all.front() : units);
  }
  return all;
}

template <class T>
void transform_units(const nn::Layout& layout, const std::vector<Units>& hidden, bool statistics, const T* from,
                     T* to) {
  for (const nn::NamedTensor& tensor : layout.tensors) {
    if (tensor.is_statistic() != statistics) continue;
    const bool is_weight = tensor.role == nn::Role::weight;
    const std::size_t layer = std::stoul(tensor.name.substr(tensor.name.find_first_of("0123456789")));
    const Units* out = layer < hidden.size() ? &hidden[layer] : nullptr;
    const Units* in = is_weight && layer > 0 ? &hidden[layer - 1] : nullptr;
    const bool scaled = is_weight || tensor.role == nn::Role::bias;
    for (std::int64_t r = 0; r < tensor.rows; ++r)
      for (std::int64_t c = 0; c < tensor.columns; ++c) {
        const auto row = static_cast<std::size_t>(r), column = static_cast<std::size_t>(c);
        const std::int64_t old_row = in ? in->order[row] : r, old_column = out ? out->order[column] : c;
        const double factor = (scaled && out ? out->factor[column] : 1) / (in ? in->factor[row] : 1);
        to[tensor.offset + r * tensor.stride + c] =
            static_cast<T>(static_cast<double>(from[tensor.offset + old_row * tensor.stride + old_column]) * factor);
      }
  }
}

template void transform_units(const nn::Layout&, const std::vector<Units>&, bool, const float*, float*);
template void transform_units(const nn::Layout&, const std::vector<Units>&, bool, const double*, double*);

}  // namespace descent::probe
