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

// Veit et al. 2016, section 4.1: a deleted residual block is its shortcut, projections included; what is deleted of a
// plain network passes its input on.
template <class T>
double error_without(const Look<T>& look, const std::vector<std::int32_t>& deleted) {
  std::vector<fused::Way> ways(static_cast<std::size_t>(look.network.blocks()), fused::Way::both);
  for (const std::int32_t block : deleted) ways[static_cast<std::size_t>(block)] = fused::Way::around;
  return look.subject.test_error(ways);
}

}  // namespace

template <class T>
void Trained<T>::symmetry_difference(Look<T>& look, const Add& add) {
  const fused::Layout& layout = look.subject.layout;
  core::Random random(static_cast<std::uint64_t>(look.subject.seed), unit_stream);
  const Wiring wiring = wiring_of(look.subject.experiment.model, layout);
  const std::vector<Units> units = random_units(wiring, random);
  fused::Buffer<T> parameters(layout.parameters), statistics(layout.statistics);
  transform_units(layout, wiring, units, false, look.subject.parameters, parameters.data());
  transform_units(layout, wiring, units, true, look.subject.statistics, statistics.data());
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
  const std::int64_t blocks = look.network.blocks();
  core::Random random(static_cast<std::uint64_t>(look.subject.seed), lesion_stream);
  for (const std::int64_t deleted : {0, 1, 2, 4, 8, 12, 16}) {
    if (deleted > blocks) break;
    const auto sets = subsets(blocks, deleted, deleted == 1 ? blocks : draws, random);
    double sum = 0;
    for (const std::vector<std::int32_t>& set : sets) sum += error_without(look, set);
    add("deleted=" + std::to_string(deleted), sum / static_cast<double>(sets.size()));
  }
}

template <class T>
void Trained<T>::lesion_worst_error(Look<T>& look, const Add& add) {
  double worst = 0;
  for (std::int32_t block = 0; block < look.network.blocks(); ++block)
    worst = std::max(worst, error_without(look, {block}));
  add("", worst);
}

template struct Trained<float>;
template struct Trained<double>;

}  // namespace descent::probe
