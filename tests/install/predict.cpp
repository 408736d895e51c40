// predict EXPERIMENT RESULTS: a trained network predicts the first test example of its experiment.
#include <descent/config/read.h>
#include <descent/data/data.h>
#include <descent/models/weights.h>
#include <descent/plan/plan.h>
#include <torch/types.h>

#include <iostream>

int main(int count, char** words) {
  if (count != 3) return 2;
  using namespace descent;
  const plan::Plan plan = plan::make_plan(config::read_document(words[1]));
  const plan::Run& run = plan.runs.front();
  const config::Experiment& experiment = plan.experiment(0);
  const data::RunData data = data::Loader(DESCENT_DATA).load(experiment.data, run.seed);

  auto network = models::make_network(experiment.model, data.shape, data.outputs, 1, experiment.train.loss.kind);
  models::load_weights(*network, 0, std::string(words[2]) + "/checkpoints/" + run.id() + ".safetensors");
  network->eval();

  const torch::Tensor x = torch::tensor(*data.test.x).view({1, data.test.size, data.features}).to(torch::kFloat);
  const torch::NoGradGuard no_grad;
  std::cout << network->forward(x)[0][0].softmax(0) << "\n";
}
