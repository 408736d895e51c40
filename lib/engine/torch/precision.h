#pragma once
// Device and precision of the computations of a stack.

#include <ATen/core/Tensor.h>

#include "config/experiment.h"

namespace descent::engine {

// The options of parameters and inputs.
at::TensorOptions tensor_options(const config::Experiment& experiment, at::Device device);

// Enables autocast to bfloat16 in this thread, during its lifetime, if the experiment asks for it. On CUDA it also
// sets, for the whole process, TF32 as the experiment asks and cuDNN's benchmark mode.
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
