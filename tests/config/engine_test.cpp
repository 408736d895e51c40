#include "config/experiment.h"

#include <gtest/gtest.h>

#include "config/files.h"
#include "config/write.h"

namespace descent::config {
namespace {

using Reasons = std::vector<std::string>;

Experiment with(const std::string& keys) { return read(also(keys)).points[0]; }

TEST(engine, fused_supports_cpu_in_float32_and_float64) {
  EXPECT_EQ(unsupported_by_fused({}), Reasons{});
  EXPECT_EQ(unsupported_by_fused(with(R"("precision": "float64")")), Reasons{});
  EXPECT_EQ(unsupported_by_fused(with(R"("precision": "bf16")")), Reasons{"precision bf16"});
  EXPECT_EQ(unsupported_by_fused(with(R"("device": "cuda:1", "precision": "tf32")")),
            (Reasons{"device cuda:1", "precision tf32"}));
}

Reasons declines_of(const std::string& data, const std::string& model, const std::string& train) {
  const Document document = read(R"({"data": {"name": ")" + data + R"(", "test_size": 100}, "model": {)" + model +
                                 R"(}, "train": {)" + train + "}}");
  return unsupported_by_fused(document.points[0]);
}

TEST(engine, fused_does_not_support_closed_forms) {
  EXPECT_EQ(declines_of("mnist1d", R"("kind": "linear_model")", R"("loss": "mse", "solver": "least_squares")"),
            Reasons{"train.solver least_squares"});
}

TEST(engine, fused_does_not_support_convolutions_that_libtorch_computes_as_fast) {
  const std::string once = R"("epochs": 1)";
  EXPECT_EQ(declines_of("digits", R"("kind": "resnet", "width": 20)", once), Reasons{});
  EXPECT_EQ(declines_of("digits", R"("kind": "resnet", "width": 24)", once), Reasons{"192 channels"});
  EXPECT_EQ(declines_of("mnist1d", R"("kind": "cnn", "channels": [200, 200, 200])", once), Reasons{});
  EXPECT_EQ(declines_of("mnist1d", R"("kind": "cnn", "channels": [300, 300, 300])", once), Reasons{"300 channels"});
}

TEST(engine, auto_is_fused_if_supported) {
  EXPECT_EQ(chosen_engine({}), EngineKind::fused);
  EXPECT_EQ(chosen_engine(with(R"("device": "cuda")")), EngineKind::torch);
  EXPECT_EQ(chosen_engine(with(R"("precision": "bf16")")), EngineKind::torch);
}

TEST(engine, an_explicit_engine_is_used) {
  EXPECT_EQ(chosen_engine(with(R"("engine": "torch")")), EngineKind::torch);
  EXPECT_EQ(chosen_engine(with(R"("engine": "fused")")), EngineKind::fused);
}

TEST(engine, engine_and_device_have_a_name) {
  EXPECT_EQ(engine_and_device({}), "fused on cpu");
  EXPECT_EQ(engine_and_device(with(R"("device": "cuda:1")")), "torch on cuda:1");
}

std::string identity_with(const std::string& keys) { return identity(with(keys)); }

TEST(engine, identity_does_not_depend_on_how_it_was_chosen) {
  EXPECT_EQ(identity_with(R"("engine": "fused")"), identity_with(R"("engine": "auto")"));
  EXPECT_EQ(identity_with(R"("engine": "auto")"),
            R"({"model.width":8,"model.depth":2,"train.optimizer.name":"adam","train.epochs":1})");
  EXPECT_EQ(identity_with(R"("engine": "torch", "device": "cuda")"), identity_with(R"("device": "cuda")"));
  EXPECT_EQ(identity_with(R"("engine": "torch", "precision": "bf16")"), identity_with(R"("precision": "bf16")"));
}

TEST(engine, identity_includes_engine_and_device_but_not_the_gpu_number) {
  EXPECT_EQ(identity_with(R"("engine": "torch")"),
            R"({"engine":"torch","model.width":8,"model.depth":2,"train.optimizer.name":"adam","train.epochs":1})");
  EXPECT_EQ(
      identity_with(R"("device": "cuda:1")"),
      R"({"engine":"torch","device":"cuda","model.width":8,"model.depth":2,"train.optimizer.name":"adam","train.epochs":1})");
}

}  // namespace
}  // namespace descent::config
