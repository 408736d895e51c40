#pragma once
// The random numbers of the torch engine's passes: on the CPU those of the fused engine; on other devices, and in
// recorded steps, those of a generator of the device for each replica.

#include <cstdint>
#include <memory>
#include <vector>

#include "models/network.h"

namespace descent::engine {

// What determines the random numbers of one pass of one replica.
struct PassSeed {
  std::uint64_t dropout_seed = 0, stream = 0;
};

class StepRandomness : public models::Randomness {
 public:
  // Of the next pass, by replica.
  virtual void begin_pass(std::vector<PassSeed> seeds) { seeds_ = std::move(seeds); }
  // Of the device, that masks are drawn with.
  virtual std::vector<at::Generator> generators() const { return {}; }
  // Of stochastic depth in the next pass: [blocks, R] float64.
  void use_uniforms(const at::Tensor& uniforms) { uniforms_ = uniforms; }
  // From now on the masks are these rows of those of a batch of `total` rows; 0: all.
  void take_rows(std::int64_t first, std::int64_t total) { first_ = first, total_ = total; }

  void fill_dropout_mask(std::int64_t layer, std::int64_t replica, double rate, const at::Tensor& mask) final;
  at::Tensor branch_scales(std::int64_t block, double survival, std::int64_t replicas, const at::Tensor& x) override;

 protected:
  virtual void draw_mask(std::int64_t layer, std::int64_t replica, double rate, const at::Tensor& mask) = 0;

  std::vector<PassSeed> seeds_;

 private:
  at::Tensor uniforms_;
  std::int64_t first_ = 0, total_ = 0;
};

std::shared_ptr<StepRandomness> make_step_randomness(at::Device device, bool of_device);

}  // namespace descent::engine
