#include "formats/onnx.h"

#include "formats/protobuf.h"

namespace descent::formats {
namespace {

using Message = ProtobufMessage;

// Field numbers and enum values are those of onnx.proto.
constexpr std::int64_t float32 = 1, int64 = 7;  // TensorProto.DataType

Message attribute(const std::string& name, const OnnxAttribute& value) {
  Message message;
  message.add(1, name);
  if (const auto* number = std::get_if<float>(&value)) message.add(2, *number).add(20, std::int64_t{1});
  if (const auto* number = std::get_if<std::int64_t>(&value)) message.add(3, *number).add(20, std::int64_t{2});
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    for (const std::int64_t number : *list) message.add(8, number);
    message.add(20, std::int64_t{7});
  }
  return message;
}

Message node(const OnnxNode& node, std::size_t number) {
  Message message;
  for (const std::string& input : node.inputs) message.add(1, input);
  for (const std::string& output : node.outputs) message.add(2, output);
  message.add(3, node.operation + std::to_string(number)).add(4, node.operation);
  for (const auto& [name, value] : node.attributes) message.add(5, attribute(name, value));
  return message;
}

Message tensor(const OnnxTensor& tensor) {
  Message message;
  for (const std::int64_t size : tensor.shape) message.add(1, size);
  message.add(2, std::holds_alternative<std::vector<float>>(tensor.values) ? float32 : int64).add(8, tensor.name);
  std::visit([&](const auto& values) { message.add(9, bytes_of(values)); }, tensor.values);
  return message;
}

Message port(const OnnxPort& port) {
  Message shape;
  shape.add(1, Message().add(2, "N")).add(1, Message().add(1, port.size));
  return Message().add(1, port.name).add(2, Message().add(1, Message().add(1, float32).add(2, shape)));
}

}  // namespace

std::string onnx_bytes(const OnnxGraph& graph) {
  Message message;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) message.add(1, node(graph.nodes[i], i));
  message.add(2, graph.name);
  for (const OnnxTensor& constant : graph.constants) message.add(5, tensor(constant));
  message.add(10, graph.help).add(11, port(graph.input)).add(12, port(graph.output));
  constexpr std::int64_t ir_version = 8;  // belongs to opset 17
  return Message()
      .add(1, ir_version)
      .add(2, "descent")
      .add(7, message)
      .add(8, Message().add(1, "").add(2, onnx_opset))
      .bytes();
}

}  // namespace descent::formats
