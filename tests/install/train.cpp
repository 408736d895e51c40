// A stack of ten perceptrons, one per seed, learns a sine with PyTorch's own optimizer.
#include <descent/models/mlp.h>
#include <torch/torch.h>

#include <iostream>

int main() {
  using namespace descent;
  config::Model model{.width = 32, .depth = 2, .activation = config::Activation::tanh};
  model.norm.kind = config::NormKind::layer;
  models::Mlp mlp(model, /*inputs=*/1, /*outputs=*/1, /*replicas=*/10);
  for (int seed = 0; seed < 10; ++seed) mlp->initialize(seed, model.init, seed);

  const torch::Tensor x = torch::linspace(-3, 3, 200).view({1, 200, 1}).expand({10, 200, 1});
  const torch::Tensor y = torch::sin(x);
  torch::optim::Adam adam(mlp->parameters(), 0.01);
  for (int step = 0; step <= 500; ++step) {
    const torch::Tensor losses = (mlp->forward(x) - y).square().mean({1, 2});  // one per replica
    if (step % 100 == 0) std::cout << step << " " << losses.mean().item<double>() << "\n";
    adam.zero_grad();
    losses.sum().backward();
    adam.step();
  }
}
