#include "engine/torch/precision.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <torch/types.h>

namespace descent::engine {

at::TensorOptions tensor_options(const config::Experiment& experiment, at::Device device) {
  const bool wide = experiment.precision == config::Precision::float64;
  return at::TensorOptions().device(device).dtype(wide ? at::kDouble : at::kFloat);
}

PrecisionMode::PrecisionMode(const config::Experiment& experiment, at::Device device)
    : device_(device.type()), casts_(experiment.precision == config::Precision::bf16) {
  if (!device.is_cpu()) {
    const bool tf32 = experiment.precision == config::Precision::tf32;
    at::globalContext().setAllowTF32CuBLAS(tf32);
    at::globalContext().setAllowTF32CuDNN(tf32);
    at::globalContext().setBenchmarkCuDNN(true);
  }
  if (!casts_) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::set_autocast_enabled(device_, true);
}

PrecisionMode::~PrecisionMode() {
  if (!casts_) return;
  at::autocast::set_autocast_enabled(device_, false);
  at::autocast::clear_cache();
}

}  // namespace descent::engine
