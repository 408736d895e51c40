#pragma once
// Convolutional networks as graphs of plain shapes, in order of computation; lib/fused interprets them.

#include <cstdint>
#include <string>
#include <vector>

#include "plan/layers.h"

namespace descent::plan {

struct Node {
  enum class Op {
    convolution,  // also the readout, a kernel as large as its map
    normalize,
    activate,
    dropout,
    add,       // input + branch
    shortcut,  // every stride-th position, further channels 0 (He et al. 2016, option A)
    global_average_pool,
    max_pool
  };
  Op op;
  std::int64_t input;        // the node whose output it reads; -1: the examples
  std::int64_t branch = -1;  // add: the other node
  config::Shape out_shape{};
  std::int64_t layer = -1;  // convolution and normalize: index of its layer
  config::Window window{};  // convolution, shortcut and max_pool
  std::int64_t number = 0;  // dropout: among the dropouts
  std::int64_t block = -1;  // add: the residual block that ends in it
  double survival = 1;      // add: probability that training keeps the branch
  std::string name{};       // of the convolution that it follows
};

struct Graph {
  std::vector<Layer> layers;  // in the order of construction in PyTorch
  std::vector<Node> nodes;
};

// Of the models "cnn" and "resnet".
Graph convnet_of(const config::Model& model, const config::Shape& shape, std::int64_t outputs);

}  // namespace descent::plan
