#pragma once
// Where and in which precision a stack computes.

#include <ATen/core/Tensor.h>

#include "config/experiment.h"

namespace descent::engine {

// Of parameters and inputs.
at::TensorOptions tensor_options(const config::Experiment& experiment, at::Device device);

// While it lives, in this thread: autocast to bfloat16 where the experiment asks for it. On CUDA it also sets, for the
// whole process: TF32 only where asked for, and cuDNN chooses its algorithms by measuring.
class PrecisionMode {
 public:
  PrecisionMode(const config::Experiment& experiment, at::Device device);
  ~PrecisionMode();
  PrecisionMode(const PrecisionMode&) = delete;
  PrecisionMode& operator=(const PrecisionMode&) = delete;

 private:
  const at::DeviceType device_;
  const bool casts_;
};

}  // namespace descent::engine
