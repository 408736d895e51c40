// The bytes of a message, derived by hand from https://protobuf.dev/programming-guides/encoding/ and onnx.proto.
// tests/cli/export_test.py checks whole files with onnx.checker.

#include "formats/onnx.h"

#include <gmock/gmock.h>

namespace descent::formats {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(onnx, has_the_bytes_of_the_format) {
  const OnnxGraph graph{.name = "g",
                        .help = "h",
                        .input = {"x", 300},
                        .output = {"y", 1},
                        .constants = {{"c", {1}, std::vector<float>{1}}},
                        .nodes = {{"Gemm", {"x", "c"}, {"y"}, {{"axis", std::int64_t{-1}}, {"alpha", 0.5f}}}}};
  const std::string bytes = onnx_bytes(graph);
  EXPECT_EQ(bytes.substr(0, 12),
            "\x08\x08\x12\x07"
            "descent\x3a"s);
  // GraphProto.node: inputs 1, output 2, name 3, op_type 4, attributes 5.
  EXPECT_THAT(bytes, HasSubstr("\x0a\x01x\x0a\x01"
                               "c\x12\x01y\x1a\x05Gemm0\x22\x04Gemm"s));
  // AttributeProto: name 1, i 3 (-1 has ten bytes), f 2, type 20.
  EXPECT_THAT(bytes, HasSubstr("\x2a\x14\x0a\x04"
                               "axis\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xa0\x01\x02"s));
  EXPECT_THAT(bytes, HasSubstr("\x2a\x0f\x0a\x05"
                               "alpha\x15\0\0\0\x3f\xa0\x01\x01"s));
  // GraphProto.initializer 5, TensorProto: dims 1, data_type 2, name 8, raw_data 9.
  EXPECT_THAT(bytes, HasSubstr("\x2a\x0d\x08\x01\x10\x01\x42\x01"
                               "c\x4a\x04\0\0\x80\x3f"s));
  // GraphProto.input 11: name 1, type 2 with elem_type 1 and shape 2 of "N" and 300.
  EXPECT_THAT(bytes,
              HasSubstr("\x5a\x15\x0a\x01x\x12\x10\x0a\x0e\x08\x01\x12\x0a\x0a\x03\x12\x01N\x0a\x03\x08\xac\x02"s));
  EXPECT_TRUE(bytes.ends_with("\x42\x04\x0a\0\x10\x11"s));  // opset_import 8: domain "", version 17
}

}  // namespace
}  // namespace descent::formats
