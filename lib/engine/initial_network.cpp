#include "engine/initial_network.h"

#include <torch/types.h>

namespace descent::engine {

std::shared_ptr<models::Network> initial_network(const std::vector<const Replica*>& replicas) {
  const Replica& first = *replicas.front();
  config::Model model = first.experiment->model;
  model.init = {.scheme = config::InitScheme::zeros};  // replaced below, for each replica
  const auto network = models::make_network(model, first.data.shape, first.data.outputs, std::ssize(replicas),
                                            first.experiment->train.loss.kind);
  network->to(first.experiment->precision == config::Precision::float64 ? at::kDouble : at::kFloat);
  std::vector<double> rates;
  for (std::size_t r = 0; r < replicas.size(); ++r) {
    network->initialize(static_cast<std::int64_t>(r), replicas[r]->experiment->model.init, replicas[r]->seed);
    rates.push_back(replicas[r]->experiment->model.dropout.rate);
  }
  network->set_dropout_rates(rates);
  return network;
}

}  // namespace descent::engine
