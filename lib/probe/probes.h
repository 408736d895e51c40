#pragma once
// Measurements inside a network at one moment of its training. They work on copies and on a network of their own:
// no number of the training depends on them.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "fused/network.h"

namespace descent::probe {

// Called with the layer ("" for the whole network) and the value of each measurement.
using Add = std::function<void(std::string layer, double value)>;

// Whether a probe is taken once, after the training, whatever probes.at says.
bool is_taken_at_the_end(config::ProbeName name);

// What the probes of one run remember from one moment to the next; part of its checkpoints.
struct Memory {
  std::vector<double> unit_means, unit_sds;  // of the pre-activations, layer by layer
};

// Norm of the change of each weight tensor over its norm before; 0 for weights that were and stayed 0.
template <class T>
std::vector<double> update_ratios(const fused::Layout& layout, const T* before, const T* after);

// One network at one moment.
template <class T>
struct Subject {
  const config::Experiment& experiment;
  const fused::Layout& layout;
  std::int64_t seed;           // of the run
  const T* parameters;         // [P]
  const T* statistics;         // [S]
  const T* x;                  // [train size, input_stride]: the training inputs
  std::int64_t train_size;
  // After the network's forward pass over the first `rows` training examples: leaves the gradient of their mean loss for
  // its backward pass.
  std::function<void(fused::Network<T>& network, std::int64_t rows, const T* outputs)> loss_gradient;
  // Of the network with its blocks passed like this: error on the test examples, or loss in a regression.
  std::function<double(const std::vector<fused::Way>& ways)> test_error;
  const std::vector<double>& update_ratios;  // of the last step, by weight tensor; empty before the first
};

template <class T>
class Probes {
 public:
  // The probe batch: so many examples, or all that there are; fewer where the maps of convolutions would have more
  // numbers than `most_cells` (with norms, activations and gradients that is about 1 GiB of float32).
  static constexpr std::int64_t most_rows = 1000, most_cells = 1 << 25;

  // `layout` must outlive this.
  Probes(const config::Experiment& experiment, const fused::Layout& layout, std::int64_t train_size);

  // Takes the probes of the experiment in the order of its list: those of every moment, and at the end the others.
  void measure(const Subject<T>& subject, bool at_moment, bool at_end, Memory& memory,
               const std::function<void(config::ProbeName, std::string layer, double value)>& add);

 private:
  const std::int64_t rows_;
  const std::unique_ptr<fused::Network<T>> network_;
};

}  // namespace descent::probe
