#pragma once
// What several probes need of one moment, computed when the first of them asks.

#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "fused/buffer.h"
#include "probe/probes.h"

namespace descent::probe {

// Mean and standard deviation of each unit over the examples.
struct UnitMoments {
  std::vector<double> mean, sd;
};

template <class T>
UnitMoments unit_moments(const fused::ActivationView<T>& view, std::int64_t first_row, std::int64_t rows);
template <class T>
UnitMoments unit_moments(const fused::ActivationView<T>& view) {
  return unit_moments(view, 0, view.rows);
}

// Euclidean norm of a view's gradient.
template <class T>
double gradient_norm(const fused::ActivationView<T>& view) {
  return std::sqrt(fused::kernels<T>().square_sum(view.rows * view.stride, view.gradient));  // pads are zero
}

// The gradient of a residual network by the number of branches that a path passes: 0 ... blocks.
struct PathLengths {
  std::vector<double> share;  // of the gradient, by length
  double mean, reach;         // mean length by share; length up to which paths carry 95 %
  double factor;              // of the gradient's norm for each branch passed
};

template <class T>
class Look {
 public:
  Look(const Subject<T>& subject, fused::Network<T>& network, std::int64_t rows)
      : subject(subject), network(network), rows(rows) {}

  // After forward and backward pass of the probe batch in training mode without dropout: the hidden layers' views of
  // one kind. They stay valid until predict().
  std::vector<fused::ActivationView<T>> views(fused::ActivationKind kind);
  // Of every kind: the names of the hidden layers' views hold at any time.
  std::vector<fused::ActivationView<T>> all_views() const { return network.activations(); }
  // Forward pass of the first examples in that mode and the gradient of their loss, for backward passes of the caller.
  void forward(std::int64_t examples);
  // The gradient of the parameters [P] in that pass.
  const T* gradient();
  // Outputs [rows, output_stride] in evaluation mode.
  const T* predict(const T* parameters, const T* statistics);

  // Computed once per moment.
  const PathLengths& paths();

  const Subject<T>& subject;
  fused::Network<T>& network;
  const std::int64_t rows;

 private:
  void pass();
  bool passed_ = false;
  fused::Buffer<T> gradient_, statistics_;
  std::optional<PathLengths> paths_;
};

// "linear3" of "linear3.weight".
std::string layer_of(const fused::NamedTensor& tensor);

}  // namespace descent::probe
