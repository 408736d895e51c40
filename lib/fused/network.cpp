#include "fused/network.h"

#include "fused/families.h"

namespace descent::fused {

template <class T> std::unique_ptr<Network<T>> make_network(const NetworkSpec& spec) {
  switch (spec.model.kind) {
    case config::ModelKind::mlp: return make_mlp<T>(spec);
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: return make_convnet<T>(spec);
    case config::ModelKind::linear_model: return make_linear_model<T>(spec);
    case config::ModelKind::mixture_of_experts: return make_mixture<T>(spec);
  }
  __builtin_unreachable();
}

template std::unique_ptr<Network<float>> make_network(const NetworkSpec&);
template std::unique_ptr<Network<double>> make_network(const NetworkSpec&);

}  // namespace descent::fused
