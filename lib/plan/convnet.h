#pragma once
// Convolutional networks as graphs of shapes, in order of computation; lib/fused executes them.

#include <cstdint>
#include <string>
#include <vector>

#include "plan/layers.h"

namespace descent::plan {

struct Node {
  enum class Op {
    convolution,  // also the readout, whose kernel covers the whole map
    normalize,
    activate,
    dropout,
    add,       // input + branch
    shortcut,  // every stride-th position, padded with zero channels (He et al. 2016, option A)
    global_average_pool,
    max_pool
  };
  Op op;
  std::int64_t input;        // index of the node whose output it reads; -1: the examples
  std::int64_t branch = -1;  // add: index of the other node
  config::Shape out_shape{};
  std::int64_t layer = -1;  // convolution and normalize: index into Graph::layers
  config::Window window{};  // convolution, shortcut and max_pool
  std::int64_t number = 0;  // dropout: index among the dropout nodes
  std::int64_t block = -1;  // add: index of the residual block that ends here
  double survival = 1;      // add: probability that training keeps the branch
  std::string name{};       // of the last convolution up to this node
};

struct Graph {
  std::vector<Layer> layers;  // in the order of construction in PyTorch
  std::vector<Node> nodes;
};

// The graph of a model of kind "cnn" or "resnet".
Graph convnet_of(const config::Model& model, const config::Shape& shape, std::int64_t outputs);

}  // namespace descent::plan
