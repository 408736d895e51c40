#pragma once
// Builds the ONNX graph of a network layer by layer; values are referred to by name.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/model.h"
#include "config/shapes.h"
#include "formats/onnx.h"
#include "plan/layers.h"

namespace descent::plan {

class OnnxBuilder {
 public:
  using Attributes = std::vector<std::pair<std::string, formats::OnnxAttribute>>;
  using Shape = std::vector<std::int64_t>;

  // `layers`: the shapes that the weights must have. For a signal the convolutions have one dimension.
  OnnxBuilder(const std::filesystem::path& weights, std::vector<Layer> layers, bool is_signal);

  // Adds a node and returns its first output; the others have the same name with "_1", "_2", ... appended.
  std::string node(const std::string& operation, std::vector<std::string> inputs, Attributes attributes = {},
                   std::size_t outputs = 1);
  std::string constant(std::vector<float> values, Shape shape);
  std::string constant(float value) { return constant({value}, {}); }
  std::string constant(const Shape& integers);

  const Layer& layer(const std::string& name) const;
  std::string linear(const std::string& x, const std::string& layer);
  std::string convolution(const std::string& x, const Layer& layer, const config::Window& window);
  std::string max_pool(const std::string& x, const config::Window& window);
  // `example`: the shape of one example, {C}, {C, L} or {C, H, W}.
  std::string norm(const std::string& x, const config::Norm& norm, const Layer& layer, const Shape& example);
  std::string activation(const std::string& x, config::Activation activation);

  // The finished graph, whose output is `y`.
  formats::OnnxGraph finish(const std::string& y, std::int64_t inputs, std::int64_t outputs);

 private:
  // The tensor `name` of the file, which has the shape `shape` there and `stored` in the graph.
  std::string weight(const std::string& name, const Shape& shape, const Shape& stored);
  std::string weight(const std::string& name, const Shape& shape) { return weight(name, shape, shape); }
  // The tensor if it exists, otherwise a constant vector.
  std::string weight_or(float value, const std::string& name, bool exists, std::int64_t size);
  std::string group_norm(const std::string& x, const config::Norm& norm, std::int64_t groups, const Shape& example);
  std::string rms_norm(const std::string& x, const config::Norm& norm, const Shape& example);
  Attributes attributes_of(const config::Window& window) const;

  const std::string file_;
  const std::vector<Layer> layers_;
  const bool is_signal_;
  std::map<std::string, std::pair<Shape, std::vector<float>>> weights_;
  formats::OnnxGraph graph_;
};

}  // namespace descent::plan
