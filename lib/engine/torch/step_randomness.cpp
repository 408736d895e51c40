#include "engine/torch/step_randomness.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <torch/types.h>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::engine {
namespace {

// Like the kernel `dropout`, for maps channels last, with channels padded to whole vectors.
template <class T> void fill_mask(const at::Tensor& mask, double rate, const fused::DropoutDraw& draw) {
  const at::Tensor channels_last = mask.dim() > 2 ? mask.movedim(1, -1) : mask;
  const std::int64_t channels = channels_last.size(-1), stride = fused::padded<T>(channels);
  const std::int64_t rows = mask.numel() / channels;
  fused::Buffer<T> ones(rows * stride), drawn(rows * stride);
  std::fill_n(ones.data(), ones.size(), T(1));
  fused::kernels<T>().dropout(rows * stride, rate, draw, ones.data(), drawn.data(), drawn.data());
  const at::Tensor values =
      torch::from_blob(drawn.data(), {rows, channels}, {stride, 1}, c10::CppTypeToScalarType<T>::value);
  channels_last.copy_(values.reshape(channels_last.sizes()));
}

}  // namespace

at::Generator StepRandomness::new_generator() const {
  if (device_.is_cpu()) return at::detail::createCPUGenerator();
  return at::globalContext().getAcceleratorHooksInterface(device_.type()).getNewGenerator(device_.index());
}

void StepRandomness::begin_pass(std::vector<PassSeed> seeds) {
  seeds_ = std::move(seeds);
  if (!on_device_) return;
  while (generators_.size() < seeds_.size()) generators_.push_back(new_generator());
  for (std::size_t r = 0; r < seeds_.size(); ++r) {
    core::Random random(seeds_[r].dropout_seed, seeds_[r].stream);
    const std::uint64_t high = random.next();
    generators_[r].set_current_seed(high << 32 | random.next());
  }
}

void StepRandomness::draw_mask(std::int64_t layer, std::size_t replica, double rate, const at::Tensor& mask) {
  if (on_device_) {
    mask.bernoulli_(1 - rate, generators_[replica]).div_(1 - rate);
    return;
  }
  const PassSeed& seed = seeds_[replica];
  const fused::DropoutDraw draw{seed.dropout_seed, seed.stream, static_cast<std::uint32_t>(layer)};
  if (mask.scalar_type() == at::kDouble) fill_mask<double>(mask, rate, draw);
  else fill_mask<float>(mask, rate, draw);
}

void StepRandomness::fill_dropout_mask(std::int64_t layer, std::int64_t replica, double rate, const at::Tensor& mask) {
  const auto index = static_cast<std::size_t>(replica);
  if (total_ == 0) return draw_mask(layer, index, rate, mask);
  std::vector<std::int64_t> sizes = mask.sizes().vec();
  sizes[0] = total_;
  const at::Tensor whole = torch::ones(sizes, mask.options());
  draw_mask(layer, index, rate, whole);
  mask.copy_(whole.narrow(0, first_, mask.size(0)));
}

at::Tensor StepRandomness::branch_scales(std::int64_t block, double survival, std::int64_t, const at::Tensor& x) {
  return uniforms_[block].lt(survival).to(at::kDouble).mul(1 / survival).to(x.scalar_type());
}

}  // namespace descent::engine
