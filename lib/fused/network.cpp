#include "fused/network.h"

#include "fused/convnet.h"
#include "fused/linear_model.h"
#include "fused/mixture.h"
#include "fused/mlp.h"

namespace descent::fused {

template <class T>
std::unique_ptr<Network<T>> make_network(const config::Model& model, const Layout& layout, std::int64_t max_rows,
                                         std::int64_t threads, config::LossKind loss) {
  switch (model.kind) {
    case config::ModelKind::mlp: return std::make_unique<Mlp<T>>(model, layout, max_rows, threads);
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: return std::make_unique<ConvNet<T>>(model, layout, max_rows, threads);
    case config::ModelKind::linear_model: return std::make_unique<LinearModel<T>>(model, layout, max_rows);
    case config::ModelKind::mixture_of_experts: return std::make_unique<Mixture<T>>(model, loss, layout, max_rows, threads);
  }
  __builtin_unreachable();
}

template std::unique_ptr<Network<float>> make_network(const config::Model&, const Layout&, std::int64_t,
                                                      std::int64_t, config::LossKind);
template std::unique_ptr<Network<double>> make_network(const config::Model&, const Layout&, std::int64_t,
                                                       std::int64_t, config::LossKind);

}  // namespace descent::fused
