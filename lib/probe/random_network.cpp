#include "probe/random_network.h"

#include <algorithm>
#include <cmath>

#include "fused/init.h"

namespace descent::probe {

RandomNetwork::RandomNetwork(const config::Model& of, std::int64_t features, std::int64_t outputs, std::int64_t rows_,
                             std::uint64_t seed)
    : model(of),
      layout(fused::make_layout<double>(model, {1, 1, features}, outputs)),
      rows(rows_),
      parameters(layout.parameters),
      statistics(layout.statistics),
      x(rows * layout.input_stride),
      network(fused::make_network<double>(model, layout, rows)) {
  config::Init init;
  init.scheme = config::InitScheme::normal;
  fused::initialize(layout, init, static_cast<std::int64_t>(seed), parameters.data(), statistics.data());
  core::Random random(seed);
  for (const fused::NamedTensor& tensor : layout.tensors) {
    if (tensor.is_statistic() || tensor.role == fused::Role::weight) continue;
    for (std::int64_t c = 0; c < tensor.columns; ++c) parameters.data()[tensor.offset + c] += 0.3 * random.normal();
  }
  draw_inputs(random);
}

void RandomNetwork::draw_inputs(core::Random& random) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < layout.features; ++c) x.data()[r * layout.input_stride + c] = random.normal();
}

std::vector<double> RandomNetwork::dense(const double* outputs) const {
  std::vector<double> values;
  for (std::int64_t r = 0; r < rows; ++r, outputs += layout.output_stride)
    values.insert(values.end(), outputs, outputs + layout.outputs);
  return values;
}

fused::Buffer<double> random_rows(std::int64_t rows, std::int64_t columns, core::Random& random) {
  const std::int64_t stride = fused::padded<double>(columns);
  fused::Buffer<double> x(rows * stride);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) x.data()[r * stride + c] = random.normal();
  return x;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace descent::probe
