// What the graphs compute is tested with onnxruntime in tests/cli/export_test.py.

#include "plan/export/onnx.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "config/read.h"
#include "core/error.h"
#include "formats/safetensors.h"

namespace descent::plan {
namespace {

TEST(onnx, weights_of_another_network_are_an_error) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "descent_onnx.safetensors";
  const std::vector<float> values(30);
  formats::write_safetensors(file, std::vector<formats::TensorView>{{"linear0.weight", {3, 10}, values}});
  const config::Document document = config::read_document_text(
      R"({"name": "x", "data": "mnist1d", "train": {"steps": 1}, "model": {"width": 3, "depth": 1}})", "x.json");
  try {
    onnx_model(document.points.front(), {}, "x", file);
    FAIL();
  } catch (const core::InputError& error) {
    EXPECT_EQ(
        error.what(),
        file.string() + ": has no tensor linear0.weight of the shape [3, 40]; the file belongs to another network");
  }
}

}  // namespace
}  // namespace descent::plan
