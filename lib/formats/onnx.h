#pragma once
// Writes networks in the ONNX format (https://onnx.ai/onnx/repo-docs/IR.html), which is a Protobuf message.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace descent::formats {

using OnnxAttribute = std::variant<std::int64_t, float, std::vector<std::int64_t>>;

struct OnnxNode {
  std::string operation;  // operator type: "Gemm"
  std::vector<std::string> inputs, outputs;
  std::vector<std::pair<std::string, OnnxAttribute>> attributes{};
};

// A constant.
struct OnnxTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;
};

// The input or output of a graph: float32, [N, size] for any N.
struct OnnxPort {
  std::string name;
  std::int64_t size;
};

struct OnnxGraph {
  std::string name, help;
  OnnxPort input, output;
  std::vector<OnnxTensor> constants{};
  std::vector<OnnxNode> nodes{};  // in topological order
};

// Version of the operator set.
inline constexpr std::int64_t onnx_opset = 17;

std::string onnx_bytes(const OnnxGraph& graph);

}  // namespace descent::formats
