// Generated data sets.

#include <cmath>
#include <numbers>

#include "config/data_facts.h"
#include "core/random.h"
#include "data/data.h"

namespace descent::data {
namespace {

using formats::Examples;

// Streams of the purpose `data`.
enum class Stream : std::uint64_t { function = 1, pool_inputs, pool_noise, test_inputs, test_noise };

core::Random random_of(std::int64_t seed, Stream stream) {
  return core::Random(seed, core::Purpose::data, static_cast<std::uint64_t>(stream));
}

// The number of examples and the random streams; `function` draws the function to be learned, the same for both parts.
struct Draw {
  const config::Generator& keys;
  std::int64_t size;
  core::Random function, inputs, noise;
  double noise_sd;

  double next_noise() { return noise_sd * noise.normal(); }
};

struct Columns {
  std::vector<double> x, targets;
  std::vector<std::int32_t> y;
};

// Calls append(columns, index) for each example.
template <class Append> Examples collect(const Draw& draw, const Append& append) {
  Columns columns;
  for (std::int64_t i = 0; i < draw.size; ++i) append(columns, i);
  return {std::move(columns.x), std::move(columns.y), std::move(columns.targets)};
}

// A vector with `size` components and the norm `length` in a random direction.
std::vector<double> random_vector(core::Random& random, std::size_t size, double length) {
  std::vector<double> vector(size);
  double squares = 0;
  for (double& value : vector) {
    value = random.normal();
    squares += value * value;
  }
  for (double& value : vector) value *= length / std::sqrt(squares);
  return vector;
}

// x_f = scales[f] N(0, 1), target w x + noise.
Examples linear(Draw& draw, const std::vector<double>& scales, const std::vector<double>& weights) {
  return collect(draw, [&](Columns& all, std::int64_t) {
    double target = 0;
    for (std::size_t f = 0; f < scales.size(); ++f) {
      all.x.push_back(scales[f] * draw.inputs.normal());
      target += weights[f] * all.x.back();
    }
    all.targets.push_back(target + draw.next_noise());
  });
}

Examples sinusoid(Draw& draw) {
  return collect(draw, [&](Columns& all, std::int64_t) {
    const double x = draw.inputs.uniform();
    all.x.push_back(x);
    all.targets.push_back(std::sin(2 * std::numbers::pi * x) + draw.next_noise());
  });
}

// The upper half of the unit circle around (0, 0) and the lower half of the one around (1, 1/2), as in scikit-learn.
Examples two_moons(Draw& draw) {
  return collect(draw, [&](Columns& all, std::int64_t i) {
    const double angle = std::numbers::pi * draw.inputs.uniform();
    const bool lower = i % 2 == 1;
    all.x.push_back((lower ? 1 - std::cos(angle) : std::cos(angle)) + draw.next_noise());
    all.x.push_back((lower ? 0.5 - std::sin(angle) : std::sin(angle)) + draw.next_noise());
    all.y.push_back(lower);
  });
}

// Arm k: radius t, angle 2 pi (turns t + k / classes), t uniform on [0, 1).
Examples spirals(Draw& draw) {
  return collect(draw, [&](Columns& all, std::int64_t i) {
    const std::int64_t arm = i % draw.keys.classes;
    const double radius = draw.inputs.uniform();
    const double turn = static_cast<double>(arm) / static_cast<double>(draw.keys.classes);
    const double angle = 2 * std::numbers::pi * (draw.keys.turns * radius + turn);
    all.x.push_back(radius * std::cos(angle) + draw.next_noise());
    all.x.push_back(radius * std::sin(angle) + draw.next_noise());
    all.y.push_back(static_cast<std::int32_t>(arm));
  });
}

// Teacher weights w_k with components N(0, 1 / features).
Examples teacher_student(Draw& draw, std::int64_t features) {
  const std::int64_t units = draw.keys.teacher_units;
  std::vector<double> weights(static_cast<std::size_t>(units * features));
  for (double& weight : weights) weight = draw.function.normal() / std::sqrt(static_cast<double>(features));
  return collect(draw, [&](Columns& all, std::int64_t i) {
    for (std::int64_t f = 0; f < features; ++f) all.x.push_back(draw.inputs.normal());
    const double* x = all.x.data() + i * features;
    double target = 0;
    for (std::int64_t k = 0; k < units; ++k) {
      double field = 0;
      for (std::int64_t f = 0; f < features; ++f) field += weights[static_cast<std::size_t>(k * features + f)] * x[f];
      target += std::erf(field / std::numbers::sqrt2);
    }
    all.targets.push_back(target / std::sqrt(static_cast<double>(units)) + draw.next_noise());
  });
}

Examples two_scale_regression(Draw& draw) {
  constexpr std::size_t strong = 70, weak = 10;
  constexpr double strong_power = 4, weak_scale = 0.03;
  std::vector<double> scales(strong, 1.0), weights = random_vector(draw.function, strong, std::sqrt(strong_power));
  scales.insert(scales.end(), weak, weak_scale);
  const auto small = random_vector(draw.function, weak, std::sqrt(draw.keys.weak_signal) / weak_scale);
  weights.insert(weights.end(), small.begin(), small.end());
  return linear(draw, scales, weights);
}

// Pieces of equal length, each with slope U(-2, 2) and height U(-1, 1) at its center.
Examples piecewise_linear(Draw& draw) {
  const auto pieces = static_cast<std::size_t>(draw.keys.pieces);
  std::vector<double> slopes, heights;
  for (std::size_t i = 0; i < pieces; ++i) {
    slopes.push_back(4 * draw.function.uniform() - 2);
    heights.push_back(2 * draw.function.uniform() - 1);
  }
  return collect(draw, [&](Columns& all, std::int64_t) {
    const double position = static_cast<double>(pieces) * draw.inputs.uniform();
    const double length = 2 / static_cast<double>(pieces);
    const auto piece = static_cast<std::size_t>(position);
    const double from_center = (position - std::floor(position) - 0.5) * length;
    all.x.push_back(position * length - 1);
    all.targets.push_back(heights[piece] + slopes[piece] * from_center + draw.next_noise());
  });
}

// Weights N(0, 1) of features whose variances increase geometrically from the smallest to the largest.
Examples linear_spectrum(Draw& draw, std::int64_t features) {
  const auto [smallest, largest] = draw.keys.eigenvalues;
  std::vector<double> scales, weights;
  for (std::int64_t f = 0; f < features; ++f) {
    const double fraction = features == 1 ? 1 : static_cast<double>(f) / static_cast<double>(features - 1);
    scales.push_back(std::sqrt(smallest * std::pow(largest / smallest, fraction)));
    weights.push_back(draw.function.normal());
  }
  return linear(draw, scales, weights);
}

Examples examples_of(config::DataName name, std::int64_t features, Draw draw) {
  using config::DataName;
  switch (name) {
    case DataName::mnist1d:
    case DataName::mnist1d_large:
    case DataName::digits:
    case DataName::fashion_mnist:
    case DataName::idx:
    case DataName::cifar10:
    case DataName::npy:
    case DataName::csv: break;
    case DataName::sinusoid: return sinusoid(draw);
    case DataName::two_moons: return two_moons(draw);
    case DataName::spirals: return spirals(draw);
    case DataName::teacher_student: return teacher_student(draw, features);
    case DataName::two_scale_regression: return two_scale_regression(draw);
    case DataName::piecewise_linear: return piecewise_linear(draw);
    case DataName::linear_spectrum: return linear_spectrum(draw, features);
  }
  __builtin_unreachable();
}

}  // namespace

formats::DataSet generate(const config::Data& config, std::int64_t seed) {
  using config::Redraw;
  const config::DataFacts facts = config::data_facts(config);
  const config::Generator& keys = config.generator;
  const std::int64_t pool_seed = keys.redraw == Redraw::none ? 0 : seed;
  const std::int64_t test_seed = keys.redraw == Redraw::all ? seed : 0;  // also for the function
  const double noise = config::noise_sd(config);
  const bool noisy_test = facts.classes > 0 || keys.noise_on_test;
  const core::Random function = random_of(test_seed, Stream::function);
  const std::int64_t features = facts.stored.features();
  return {examples_of(config.name, features,
                      {keys, facts.train_size, function, random_of(pool_seed, Stream::pool_inputs),
                       random_of(pool_seed, Stream::pool_noise), noise}),
          examples_of(config.name, features,
                      {keys, facts.test_size, function, random_of(test_seed, Stream::test_inputs),
                       random_of(test_seed, Stream::test_noise), noisy_test ? noise : 0})};
}

}  // namespace descent::data
