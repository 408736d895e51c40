// Measures one training step per network, by width and number R of networks trained alternately, and its ratio to the
// arithmetic limit: the time of the matrix products at the speed of the fastest product measured on this core. Does not
// include evaluations. Run it on one core: taskset -c 0 step_benchmark

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "fused/buffer.h"
#include "fused/kernels/kernels.h"
#include "plan/layers.h"
#include "train/stack.h"

namespace descent {
namespace {

// Floating-point operations per second of the fastest of several products that fit into the L1 cache.
template <class T> double product_speed() {
  const fused::Kernels<T>& kernels = fused::kernels<T>();
  double best = 0;
  for (const std::int64_t n : {32, 64, 128}) {
    fused::Buffer<T> a(96 * n), b(n * n), c(96 * n);
    std::fill_n(a.data(), a.size(), T(1));  // zeros would be skipped
    for (int repeat = 0; repeat < 20; ++repeat) {
      const auto start = std::chrono::steady_clock::now();
      constexpr int products = 200;
      for (int i = 0; i < products; ++i) kernels.matmul({96, n, n, a.data(), n, 1, b.data(), n, nullptr, c.data(), n});
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      best = std::max(best, 2.0 * 96 * static_cast<double>(n * n) * products / seconds.count());
    }
  }
  return best;
}

config::Experiment experiment(std::int64_t width, bool norm_and_dropout) {
  config::Experiment e;
  e.model.width = width;
  e.model.depth = 2;
  e.train.optimizer.name = config::OptimizerName::adam;
  e.train.optimizer.lr = 0.001;
  e.train.epochs = 1'000'000;
  if (norm_and_dropout) {
    e.model.norm.kind = config::NormKind::batch;
    e.model.dropout.rate = 0.2;
  }
  return e;
}

template <class T> void training_step(benchmark::State& state, bool norm_and_dropout) {
  config::Experiment e = experiment(state.range(0), norm_and_dropout);
  e.precision = std::is_same_v<T, double> ? config::Precision::float64 : config::Precision::float32;
  const std::int64_t networks = state.range(1), together = 50;
  train::SharedState shared;
  std::vector<engine::Replica> replicas;
  std::vector<std::size_t> all;
  for (std::int64_t r = 0; r < networks; ++r) {
    replicas.push_back(train::make_replica(e, r, shared.loader));
    all.push_back(static_cast<std::size_t>(r));
  }
  const auto engine = shared.engines.make(std::move(replicas));
  const auto start = std::chrono::steady_clock::now();
  for (auto _ : state) engine->advance(all, engine->step(0) + together);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  static const double speed = product_speed<T>();
  const double step = time.count() / static_cast<double>(state.iterations() * networks * together);
  const double limit = plan::step_flops(e) / speed * 1e6;
  state.counters["us_per_step"] = step;
  state.counters["limit_us"] = limit;
  state.counters["times_limit"] = step / limit;
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t width : {4, 8, 16, 32, 64, 128, 256, 512})
    for (const std::int64_t networks : {1, 8}) benchmark->Args({width, networks});
  benchmark->ArgNames({"width", "R"})->Unit(benchmark::kMillisecond);
}

void mlp(benchmark::State& state) { training_step<float>(state, false); }
void mlp_batch_norm_dropout(benchmark::State& state) { training_step<float>(state, true); }
void mlp_float64(benchmark::State& state) { training_step<double>(state, false); }

BENCHMARK(mlp)->Apply(shapes);
BENCHMARK(mlp_batch_norm_dropout)->Apply(shapes);
BENCHMARK(mlp_float64)->Apply(shapes);

}  // namespace
}  // namespace descent

BENCHMARK_MAIN();
