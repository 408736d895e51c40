#pragma once
// Where the tensors of one network lie in its flat, padded buffers: parameters [P] and batch-norm statistics [S].

#include <cstdint>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "plan/layers.h"

namespace descent::nn {

inline constexpr std::int64_t absent = -1;

// Offsets of one layer; `absent` where the layer has no such tensor.
struct LayerLayout {
  std::int64_t in, out;
  std::int64_t stride;          // elements between rows of [.., out]: out, padded
  bool residual;                // adds its input before norm and activation: z + W f(z) + b
  double branch_scale;          // factor on the initial weights
  bool hidden;                  // followed by norm, activation, dropout
  std::int64_t weight, bias;    // [in, stride], [stride]
  std::int64_t gamma, beta;     // [stride]
  std::int64_t running_mean, running_variance;  // [stride], in the statistics
};

// One tensor under its name in files: "linear0.weight" is [out, in] there, as in PyTorch.
struct NamedTensor {
  std::string name;
  std::int64_t offset, rows, columns, stride;  // rows = 0: a vector of `columns`
  bool statistic;                              // lies in the statistics, not in the parameters
};

struct Layout {
  std::vector<LayerLayout> layers;
  std::int64_t parameters = 0, statistics = 0;  // sizes of the flat buffers, in elements
  std::int64_t features = 0, input_stride = 0;

  std::vector<NamedTensor> tensors() const;
};

// T decides the padding: whole vectors of 64 bytes.
template <class T>
Layout make_layout(const config::Model& model, std::int64_t features, std::int64_t outputs);

}  // namespace descent::nn
