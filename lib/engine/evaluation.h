#pragma once
// How examples are evaluated, the same in every engine.

#include <cstdint>

#include "config/experiment.h"
#include "data/data.h"

namespace descent::engine {

// Rows of an evaluation pass of the fused engine, and of one with random dropout masks: small enough that their
// activations stay in the cache, a multiple of every register tile of fused/kernels/matmul.h.
inline constexpr std::int64_t evaluation_rows = 96;

// Whether batch norm predicts with the statistics of the batch: then examples are evaluated in batches as in training.
bool predicts_in_batches(const config::Model& model);

// Examples from `start` on that a pass of up to `rows` computes, of `size` in all. Batch norm with the statistics of
// the batch needs two examples: one batch then leaves an example to the last one, or, of two, takes the last one too.
std::int64_t pass_size(const config::Model& model, std::int64_t start, std::int64_t rows, std::int64_t size);

// The passes with random dropout masks (Gal and Ghahramani 2016) that predict the examples from `start` on after
// `step`: each has its own random numbers, mask i the same for any number of samples.
struct PredictionSeed {
  std::uint64_t seed;
  std::uint64_t stream(std::int64_t start, std::int64_t sample) const;
};
PredictionSeed prediction_seed(std::int64_t run_seed, std::int64_t step, config::Split split);

// Samples that predictions average; 0: plain predictions.
std::int64_t dropout_samples(const config::Experiment& experiment);

// Of the probe batch: 1000, or all that there are; fewer where the maps of convolutions would have more than 2^25
// numbers (with norms, activations and gradients that is about 1 GiB of float32).
std::int64_t observed_rows(const config::Model& model, const data::RunData& data);

// The model that an observation computes: the statistics are those of the whole probe batch, and no block is left out
// at random.
config::Model observed_model(config::Model model);

}  // namespace descent::engine
