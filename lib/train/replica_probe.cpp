// What the probes see of a replica.

#include <numeric>

#include "train/replica.h"

namespace descent::train {
namespace {

// `finished`: no evaluation follows.
bool is_moment(config::ProbeMoment at, std::int64_t step, bool finished) {
  switch (at) {
    case config::ProbeMoment::evaluations: return true;
    case config::ProbeMoment::start: return step == 0;
    case config::ProbeMoment::end: return finished;
    case config::ProbeMoment::start_and_end: return step == 0 || finished;
  }
  __builtin_unreachable();
}

}  // namespace

template <class T>
void Replica<T>::probe(fused::Network<T>& network, bool chosen) {
  const bool at_moment = chosen && is_moment(experiment_.probes.at, step_, finished_);
  if (!at_moment && !finished_) return;  // a network of its own is dear
  Loss<T> loss(experiment_.train.loss, data_, layout_.output_stride, data_.train.size);
  std::vector<std::int32_t> examples(static_cast<std::size_t>(data_.train.size));
  std::iota(examples.begin(), examples.end(), 0);
  const auto loss_gradient = [&](fused::Network<T>& probed, std::int64_t rows, const T* outputs) {
    loss.train(probed, data_.train, std::span(examples).first(static_cast<std::size_t>(rows)), outputs);
  };
  const auto test_error = [&](const std::vector<fused::Way>& ways) {
    network.pass_blocks(ways);
    const Pass test = pass(network, config::Split::test, data_.test, test_);
    network.pass_blocks({});
    return test.error.value_or(test.loss);
  };
  const probe::Subject<T> subject{experiment_,     layout_,          seed_,         slices_.parameters,
                                  slices_.statistics, train_->data(), data_.train.size, loss_gradient,
                                  test_error,      update_ratios_};
  const auto add = [&](config::ProbeName name, std::string layer, double value) {
    recorder_.add({epoch(), step_, std::string(config::name_of(name)), std::move(layer), value});
  };
  probe::Probes<T>(experiment_, layout_, data_.train.size)
      .measure(subject, at_moment, finished_, memory_, add);
}

template void Replica<float>::probe(fused::Network<float>&, bool);
template void Replica<double>::probe(fused::Network<double>&, bool);

}  // namespace descent::train
