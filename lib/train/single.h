#pragma once
// One network with its own buffers: a stack of one, for calibration and for tests.

#include <algorithm>

#include "plan/layers.h"
#include "train/optimizer.h"
#include "train/replica.h"

namespace descent::train {

template <class T>
struct Single {
  // `experiment` must outlive this.
  Single(const config::Experiment& experiment, std::int64_t seed)
      : data(data::Loader().load(experiment.data, seed)),
        layout(fused::make_layout<T>(experiment.model, data.shape, data.outputs)),
        parameters(layout.parameters),
        statistics(layout.statistics),
        moments(moment_count(experiment.train.optimizer) * layout.parameters),
        gradient(layout.parameters),
        network(fused::make_network<T>(experiment.model, layout,
                                    std::max(config::batch_size(experiment.train, data.train.size), evaluation_rows),
                                    experiment.train.loss.kind)),
        replica(experiment, seed, layout, data, inputs,
                {parameters.data(), statistics.data(), moments.data(), gradient.data()}) {}
  Single(const Single&) = delete;
  Single& operator=(const Single&) = delete;

  Inputs<T> inputs;
  data::RunData data;
  fused::Layout layout;
  fused::Buffer<T> parameters, statistics, moments, gradient;
  std::unique_ptr<fused::Network<T>> network;
  Replica<T> replica;
};

}  // namespace descent::train
