#include "config/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/files.h"

namespace descent::config {
namespace {

const std::vector<std::string> good_files{
    "{}",
    model("\"hidden\": []"),
    R"({"sweep": {"model.hidden": [[], [3, 2]], "train.steps": [5, 6]}})",
    R"({"model": {"depth": 0}, "sweep": [{"data.normalize": ["none", "standard"]}, {"width": [4], "depth": [1]}]})",
    R"({"sweep": {"model.kind": ["mlp", "cnn", "linear_model"], "model.features.kind": [null]}})",
    R"({"model": {"kind": "linear_model"}, "train": {"loss": "mse"}, "sweep": {"solver": ["optimizer", "least_squares"]}})",
    also(R"("engine": "torch", "device": "cuda:1", "precision": "tf32")"),
    sweep(R"({"engine": ["auto", "torch"], "device": ["cpu", "cuda:1"], "precision": ["float32", "bf16"]})"),
    layers(R"("norm": {"kind": "rms", "affine": false}, "norm_position": "after", "dropout": 0.1)"),
    layers(R"("init": {"scheme": "constant", "value": 0.5, "bias": 1})"),
    data(R"({"name": "digits", "train_size": 1000, "val_fraction": 0.1, "label_noise": 0.15})"),
    training(R"("batch_size": "full", "optimizer": "adamw", "schedule": {"kind": "cosine", "warmup": 2})"),
    train(R"("steps": 0, "evaluate": {"log_spaced": 30, "splits": ["test"]})"),
    sweep(R"({"model.norm": ["none", "batch", {"kind": "layer", "epsilon": 0.1}], "model.init.gain": [0.5, 2]})"),
    sweep(R"([{"model.width": [3, 4]}, {"zip": {"model.depth": [0, 1], "train.optimizer.lr": [0.1, 0.2]}}, {}])"),
    sweep(R"({"zip": {"train.optimizer.name": ["sgd", "adam"], "train.optimizer.momentum": [0.9, null]}})"),
    sweep(R"({"data": ["mnist1d", {"name": "digits", "test_size": 300}]})"),
    also(R"("seeds": [4, 2], "description": "a \"quoted\"\ntext", "sweep": {"model.width": {"logspace": [1, 64, 4]}})"),
    R"({"data": {"name": "digits", "test_size": 300}, "model": {"hidden": [4]}, "train": {"epochs": 1},
        "sweep": {"data.name": ["digits", "mnist1d"]}})",
    R"({"model": {"hidden": [8], "norm": {"kind": "batch", "momentum": 0.2}}, "train": {"epochs": 1},
        "sweep": {"model.norm.kind": ["none", "batch"], "train.early_stopping": ["none", "train_loss"]}})",
};

// Everything that a plan is made from.
std::string plan_of(const Document& document) {
  std::string text = document.base.name + "\n" + document.base.description + "\n";
  for (const std::int64_t seed : document.base.seeds) text += std::to_string(seed) + " ";
  for (const std::string& factor : document.factors) text += factor + " ";
  for (std::size_t i = 0; i < document.points.size(); ++i) {
    for (const std::string& value : document.assignments[i]) text += value + " ";
    text += identity(document.points[i]) + "\n";
  }
  return text;
}

TEST(write, a_resolved_file_gives_the_same_plan) {
  for (const std::string& file : good_files) {
    const Document document = read(file);
    EXPECT_EQ(plan_of(read(write_document(document))), plan_of(document)) << write_document(document);
  }
}

TEST(write, a_resolved_file_is_its_own_resolved_file) {
  for (const std::string& file : good_files) {
    const std::string written = write_document(read(file));
    EXPECT_EQ(write_document(read(written)), written);
  }
}

TEST(write, defaults_are_written_if_they_have_an_effect) {
  const std::string written = write_document(read(training(R"("optimizer": "adam")")));
  EXPECT_THAT(written, ::testing::HasSubstr(R"("betas": [0.9, 0.999])"));
  EXPECT_THAT(written, ::testing::HasSubstr(R"("batch_size": 100)"));
  EXPECT_THAT(written, ::testing::Not(::testing::HasSubstr("momentum")));
}

std::string identity_of(const std::string& file) { return identity(read(file).points[0]); }

TEST(write, identity_contains_keys_that_differ_from_their_initial_value) {
  EXPECT_EQ(identity_of(data("\"mnist1d\"")),
            R"({"model.width":8,"model.depth":2,"train.optimizer.name":"adam","train.epochs":1})");
  EXPECT_EQ(
      identity_of(layers(R"("norm": "batch", "dropout": 0)")),
      R"({"model.width":8,"model.depth":2,"model.norm.kind":"batch","train.optimizer.name":"adam","train.epochs":1})");
}

// The hash of a run omits initial values of the struct, such as the optimizer "sgd", whatever the default is.
TEST(write, identity_of_sgd_is_unchanged_from_when_it_was_the_default) {
  EXPECT_EQ(identity_of(training(R"("optimizer": {"name": "sgd", "lr": 0.1})")),
            R"({"model.width":8,"model.depth":2,"train.optimizer.lr":0.1,"train.epochs":1})");
}

TEST(write, identity_of_an_empty_file_is_that_of_its_defaults_written_out) {
  EXPECT_EQ(identity_of("{}"), identity_of(R"({"model": {"width": 64, "depth": 2},
      "train": {"optimizer": {"name": "adam", "lr": 0.001}, "epochs": 20}})"));
}

TEST(write, identity_omits_keys_that_do_not_change_numbers) {
  const std::string other = identity_of(also(R"("name": "other", "description": "text", "seeds": 7)"));
  EXPECT_EQ(other, identity_of(data("\"mnist1d\"")));
}

TEST(write, identity_omits_keys_without_effect) {
  const Document document = read(R"({"model": {"hidden": [8], "norm": {"kind": "batch", "momentum": 0.2}},
      "train": {"epochs": 1}, "sweep": {"model.norm.kind": ["none", "batch"]}})");
  EXPECT_EQ(identity(document.points[0]), R"({"model.hidden":[8],"train.optimizer.name":"adam","train.epochs":1})");
  EXPECT_EQ(
      identity(document.points[1]),
      R"({"model.hidden":[8],"model.norm.kind":"batch","model.norm.momentum":0.2,"train.optimizer.name":"adam","train.epochs":1})");
}

}  // namespace
}  // namespace descent::config
