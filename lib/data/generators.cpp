#include "data/generators.h"

#include <cmath>
#include <numbers>

#include "config/data_facts.h"
#include "core/random.h"
#include "core/seeds.h"

namespace descent::data {
namespace {

// Streams of the purpose `data`; 0 is the permutation of features.
enum class Stream : std::uint64_t { pool_inputs = 1, pool_noise, test_inputs, test_noise };

core::Random random_of(std::int64_t seed, Stream stream) {
  return core::Random(core::derive_seed(static_cast<std::uint64_t>(seed), core::Purpose::data),
                      static_cast<std::uint64_t>(stream));
}

// How many examples to draw, from what, with how much noise.
struct Draw {
  std::int64_t size;
  core::Random inputs, noise;
  double noise_sd;
};

Examples sinusoid(Draw draw) {
  Examples examples;
  for (std::int64_t i = 0; i < draw.size; ++i) {
    const double x = draw.inputs.uniform();
    examples.x.push_back(x);
    examples.targets.push_back(std::sin(2 * std::numbers::pi * x) + draw.noise_sd * draw.noise.normal());
  }
  return examples;
}

Examples examples_of(config::DataName name, const Draw& draw) {
  using config::DataName;
  switch (name) {
    case DataName::mnist1d:
    case DataName::mnist1d_large:
    case DataName::digits: break;
    case DataName::sinusoid: return sinusoid(draw);
  }
  __builtin_unreachable();
}

}  // namespace

DataSet generate(const config::Data& config, std::int64_t seed) {
  using config::Redraw;
  const config::DataFacts facts = config::data_facts(config);
  const config::Generator& keys = config.generator;
  const std::int64_t pool_seed = keys.redraw == Redraw::none ? 0 : seed;
  const std::int64_t test_seed = keys.redraw == Redraw::all ? seed : 0;
  const double noise = config::noise_sd(config);
  return {examples_of(config.name, {facts.train_size, random_of(pool_seed, Stream::pool_inputs),
                                    random_of(pool_seed, Stream::pool_noise), noise}),
          examples_of(config.name, {facts.test_size, random_of(test_seed, Stream::test_inputs),
                                    random_of(test_seed, Stream::test_noise), keys.noise_on_test ? noise : 0})};
}

}  // namespace descent::data
