// predict EXPERIMENT RESULTS: a trained network predicts the first test example of its experiment.
#include <config/read.h>
#include <data/data.h>
#include <models/weights.h>
#include <plan/plan.h>
#include <torch/types.h>

#include <iostream>

int main(int, char** argv) {
  using namespace descent;
  const plan::Plan plan = plan::make_plan(config::read_document(argv[1]));
  const plan::Run& run = plan.runs.front();
  const config::Experiment& experiment = plan.experiment(0);
  const data::RunData data = data::Loader(DESCENT_DATA).load(experiment.data, run.seed);

  auto network = models::make_network(experiment.model, data.shape, data.outputs);
  models::load_weights(*network, 0, std::string(argv[2]) + "/checkpoints/" + run.id() + ".safetensors");
  network->eval();

  const torch::Tensor x = torch::tensor(*data.test.x).view({1, data.test.size, data.features}).to(torch::kFloat);
  const torch::NoGradGuard no_grad;
  std::cout << network->forward(x)[0][0].softmax(0) << "\n";
}
