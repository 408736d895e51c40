#include "fused/network.h"

#include "fused/families.h"

namespace descent::fused {

template <class T>
std::unique_ptr<Network<T>> make_network(const config::Model& model, const Layout& layout, std::int64_t max_rows,
                                         std::int64_t threads, config::LossKind loss) {
  const NetworkSpec spec{model, layout, max_rows, threads, loss};
  switch (model.kind) {
    case config::ModelKind::mlp: return make_mlp<T>(spec);
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: return make_convnet<T>(spec);
    case config::ModelKind::linear_model: return make_linear_model<T>(spec);
    case config::ModelKind::mixture_of_experts: return make_mixture<T>(spec);
  }
  __builtin_unreachable();
}

template std::unique_ptr<Network<float>> make_network(const config::Model&, const Layout&, std::int64_t, std::int64_t,
                                                      config::LossKind);
template std::unique_ptr<Network<double>> make_network(const config::Model&, const Layout&, std::int64_t, std::int64_t,
                                                       config::LossKind);

}  // namespace descent::fused
