#pragma once
// The random numbers of the torch engine's passes: on the CPU those of the fused engine, on other devices those of a
// generator of the device for each replica.

#include <cstdint>
#include <memory>
#include <vector>

#include "models/network.h"

namespace descent::engine {

// What determines the random numbers of one pass of one replica.
struct PassSeed {
  std::uint64_t dropout_seed = 0, stream = 0;
  std::uint64_t depth_seed = 0, step = 0;  // of stochastic depth
};

class StepRandomness : public models::Randomness {
 public:
  // Of the next pass, by replica.
  virtual void begin_pass(std::vector<PassSeed> seeds) { seeds_ = std::move(seeds); }
  at::Tensor branch_scales(std::int64_t block, double survival, std::int64_t replicas, const at::Tensor& x) override;

 protected:
  std::vector<PassSeed> seeds_;
};

std::shared_ptr<StepRandomness> make_step_randomness(at::Device device);

}  // namespace descent::engine
