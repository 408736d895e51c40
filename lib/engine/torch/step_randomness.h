#pragma once
// The random numbers of passes of the torch engine: on the CPU the same as in the fused engine; on other devices, and
// in recorded steps, from one generator of the device per replica.

#include <cstdint>
#include <memory>
#include <vector>

#include "models/network.h"

namespace descent::engine {

// Determines the random numbers of one pass of one replica.
struct PassSeed {
  std::uint64_t dropout_seed = 0, stream = 0;
};

class StepRandomness final : public models::Randomness {
 public:
  // `on_device`: draw masks from generators of the device, which is required on all devices but the CPU.
  StepRandomness(at::Device device, bool on_device) : device_(device), on_device_(on_device) {}

  // Sets the seeds of the next pass, by replica.
  void begin_pass(std::vector<PassSeed> seeds);
  // The generators of the device that masks are drawn from.
  const std::vector<at::Generator>& generators() const { return generators_; }
  // For stochastic depth in the next pass: [blocks, R] float64.
  void set_uniforms(const at::Tensor& uniforms) { uniforms_ = uniforms; }
  // Masks are drawn for a batch of `total` rows, and those from row `first` on are used. total = 0: no selection.
  void select_rows(std::int64_t first, std::int64_t total) { first_ = first, total_ = total; }

  void fill_dropout_mask(std::int64_t layer, std::int64_t replica, double rate, const at::Tensor& mask) override;
  at::Tensor branch_scales(std::int64_t block, double survival, std::int64_t replicas, const at::Tensor& x) override;

 private:
  at::Generator new_generator() const;
  void draw_mask(std::int64_t layer, std::size_t replica, double rate, const at::Tensor& mask);

  const at::Device device_;
  const bool on_device_;
  std::vector<PassSeed> seeds_;
  std::vector<at::Generator> generators_;
  at::Tensor uniforms_;
  std::int64_t first_ = 0, total_ = 0;
};

}  // namespace descent::engine
