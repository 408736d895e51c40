#include "plan/export/python.h"

#include <gmock/gmock.h>

#include "plan/plan.h"

namespace descent::plan {
namespace {

using testing::HasSubstr;
using testing::Not;

config::Experiment experiment_with(const std::string& model) {
  return config::read_document_text(
             R"({"name": "x", "data": {"name": "two_moons", "normalize": "standard"}, "train": {"steps": 1}, "model": )" +
                 model + "}",
             "x.json")
      .points.front();
}

TEST(python, source_is_plain_pytorch) {
  EXPECT_EQ(python_source(experiment_with(R"({"hidden": [12, 8], "norm": "batch", "dropout": 0.1})"),
                          {.inputs = {{0.5, -1}, {2, 0.25}}, .targets = {}}, "A network", "x.safetensors"),
            R"("""A network.

Inputs: [B, 2]; prepare(x) normalizes them as in training.
Outputs: [B, 2], logits; their softmax gives the class probabilities.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class Mlp(nn.Module):
    """[B, 2] -> [B, 2]"""

    def __init__(self):
        super().__init__()
        self.linear0 = nn.Linear(2, 12)
        self.norm0 = nn.BatchNorm1d(12)
        self.linear1 = nn.Linear(12, 8)
        self.norm1 = nn.BatchNorm1d(8)
        self.linear2 = nn.Linear(8, 2)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        x = self.dropout(F.relu(self.norm0(self.linear0(x))))
        x = self.dropout(F.relu(self.norm1(self.linear1(x))))
        return self.linear2(x)


def prepare(x):
    """Normalizes inputs as in training (standard)."""
    shift = torch.tensor([
        0.5, -1,
    ], dtype=x.dtype, device=x.device)
    scale = torch.tensor([
        2, 0.25,
    ], dtype=x.dtype, device=x.device)
    return (x - shift) * scale


def load(file=Path(__file__).with_name("x.safetensors")):
    """Returns the trained network in evaluation mode."""
    network = Mlp()
    network.load_state_dict(load_file(file))
    return network.eval()


if __name__ == "__main__":
    print(load()(torch.zeros(1, 2)))
)");
}

std::string source(const std::string& model) { return python_source(experiment_with(model), {}, "", ""); }

TEST(python, residual_perceptron_adds_linear_maps) {
  EXPECT_THAT(source(R"({"width": 5, "depth": 2, "residual": true, "activation": "tanh"})"),
              HasSubstr("        z = self.linear0(x)\n"
                        "        z = z + self.linear1(torch.tanh(z))\n"
                        "        return self.linear2(torch.tanh(z))\n"));
}

TEST(python, norm_has_the_options_that_differ_from_pytorch) {
  const auto norm = [](const std::string& keys) { return source(R"({"width": 6, "depth": 1, "norm": )" + keys + "}"); };
  EXPECT_THAT(norm(R"({"kind": "batch", "momentum": 0.5, "affine": false})"),
              HasSubstr("self.norm0 = nn.BatchNorm1d(6, momentum=0.5, affine=False)\n"));
  EXPECT_THAT(norm(R"({"kind": "layer", "epsilon": 0.001})"), HasSubstr("self.norm0 = nn.LayerNorm(6, eps=0.001)\n"));
  EXPECT_THAT(norm(R"({"kind": "group", "groups": 3})"), HasSubstr("self.norm0 = nn.GroupNorm(3, 6)\n"));
  EXPECT_THAT(norm(R"("rms")"), HasSubstr("self.norm0 = nn.RMSNorm(6, eps=1e-05)\n"));
  EXPECT_THAT(norm(R"({"kind": "batch", "predict_with": "batch", "statistics_groups": 2})"),
              HasSubstr("class BatchNorm1d(nn.BatchNorm1d):\n    \"\"\"Training normalizes each part of a batch "
                        "separately; evaluation uses the statistics of the batch.\"\"\"\n"));
}

TEST(python, residual_block_has_the_order_of_its_kind) {
  const auto block = [](const std::string& keys) {
    return source(R"({"kind": "resnet", "width": 4, "blocks": [1, 1], "norm": "batch")" + keys + "}");
  };
  EXPECT_THAT(block(""), HasSubstr("        h = F.relu(self.norm1(self.conv1(x)))\n"
                                   "        h = self.norm2(self.conv2(h))\n"
                                   "        return F.relu(self.shortcut(x) + h)\n"));
  EXPECT_THAT(block(R"(, "preactivation": true, "shortcut": "projection", "dropout": 0.5)"),
              HasSubstr("        h = F.relu(self.norm1(x))\n"
                        "        shortcut = self.shortcut(h) if self.projects else x\n"
                        "        h = self.conv1(h)\n"
                        "        h = self.conv2(self.dropout(F.relu(self.norm2(h))))\n"
                        "        return shortcut + h\n"));
  EXPECT_THAT(block(R"(, "preactivation": true)"), HasSubstr("        x = F.relu(self.norm(x))\n"));
  EXPECT_THAT(block(R"(, "preactivation": true, "final_norm": false)"), Not(HasSubstr("self.norm(x)")));
}

}  // namespace
}  // namespace descent::plan
