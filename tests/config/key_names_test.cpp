#include "config/key_names.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/files.h"
#include "config/slots.h"
#include "config/write.h"
#include "core/error.h"

namespace descent::config {
namespace {

using key_names_files = BadFiles;

TEST_P(key_names_files, lead_to_the_key) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problems); }

// Names from PyTorch, Keras and scikit-learn at the places where users write them.
const std::vector<BadFile> brought{
    {"learning_rate", R"({"train": {"learning_rate": 0.1}})",
     "x.json:1:12: train: unknown key \"learning_rate\"; did you mean \"train.optimizer.lr\"?"},
    {"learning_rate_of_the_optimizer", R"({"train": {"optimizer": {"learning_rate": 0.1}}})",
     "x.json:1:26: train.optimizer: unknown key \"learning_rate\"; did you mean \"lr\"?"},
    {"lr", R"({"lr": 0.1})", "x.json:1:2: unknown key \"lr\"; did you mean \"train.optimizer.lr\"?"},
    {"hidden_sizes", R"({"hidden_sizes": [8]})",
     "x.json:1:2: unknown key \"hidden_sizes\"; did you mean \"model.hidden\"?"},
    {"hidden_dim", R"({"model": {"hidden_dim": 8}})",
     "x.json:1:12: model: unknown key \"hidden_dim\"; did you mean \"width\"?"},
    {"n_layers", R"({"model": {"n_layers": 2}})",
     "x.json:1:12: model: unknown key \"n_layers\"; did you mean \"depth\"?"},
    {"num_layers", R"({"num_layers": 2})", "x.json:1:2: unknown key \"num_layers\"; did you mean \"model.depth\"?"},
    {"layers", R"({"model": {"layers": 2}})",
     "x.json:1:12: model: unknown key \"layers\"; did you mean \"hidden\" or \"depth\"?"},
    {"batchnorm", R"({"model": {"batchnorm": true}})",
     "x.json:1:12: model: unknown key \"batchnorm\"; did you mean \"norm\": \"batch\"?"},
    {"BatchNorm", R"({"model": {"norm": "BatchNorm"}})",
     "x.json:1:20: model.norm: unknown norm \"BatchNorm\"; did you mean \"batch\"? (one of none, batch, layer, rms, "
     "group)"},
    {"bn", R"({"bn": true})", "x.json:1:2: unknown key \"bn\"; did you mean \"model.norm\": \"batch\"?"},
    {"lr_scheduler", R"({"train": {"lr_scheduler": "cosine"}})",
     "x.json:1:12: train: unknown key \"lr_scheduler\"; did you mean \"schedule\"?"},
    {"num_epochs", R"({"train": {"num_epochs": 3}})",
     "x.json:1:12: train: unknown key \"num_epochs\"; did you mean \"epochs\"?"},
    {"max_epochs", R"({"max_epochs": 3})", "x.json:1:2: unknown key \"max_epochs\"; did you mean \"train.epochs\"?"},
    {"kaiming_normal", R"({"model": {"init": "kaiming_normal"}})",
     "x.json:1:20: model.init: unknown initializer \"kaiming_normal\"; did you mean \"he_normal\"? (descent list "
     "initializers)"},
    {"he", R"({"model": {"init": "he"}})",
     "x.json:1:20: model.init: unknown initializer \"he\"; did you mean \"he_normal\"? (descent list initializers)"},
    {"glorot", R"({"model": {"init": {"scheme": "glorot"}}})",
     "x.json:1:31: model.init.scheme: unknown initializer \"glorot\"; did you mean \"xavier_normal\"? (descent list "
     "initializers)"},
    {"dataset", R"({"dataset": "digits"})", "x.json:1:2: unknown key \"dataset\"; did you mean \"data\"?"},
    {"grad_clip", R"({"train": {"grad_clip": 1}})",
     "x.json:1:12: train: unknown key \"grad_clip\"; did you mean \"clip_gradient_norm\"?"},
    {"val_split", R"({"data": {"val_split": 0.1}})",
     "x.json:1:11: data: unknown key \"val_split\"; did you mean \"val_fraction\"?"},
    {"weight_decay", R"({"train": {"weight_decay": 0.1}})",
     "x.json:1:12: train: unknown key \"weight_decay\"; did you mean \"train.optimizer.weight_decay\"?"},
    {"momentum", R"({"train": {"momentum": 0.1}})",
     "x.json:1:12: train: unknown key \"momentum\"; did you mean \"train.optimizer.momentum\"?"},
    {"optimizer", R"({"optimizer": "adam"})",
     "x.json:1:2: unknown key \"optimizer\"; did you mean \"train.optimizer\"?"},
    {"epochs", R"({"epochs": 3})", "x.json:1:2: unknown key \"epochs\"; did you mean \"train.epochs\"?"},
    {"accuracy", R"({"accuracy": true})",
     "x.json:1:2: unknown key \"accuracy\"; errors (1 - accuracy) are recorded: see descent list columns"},
    {"accuracy_to_stop_by", R"({"data": {"val_size": 100}, "train": {"early_stopping": "accuracy"}})",
     "x.json:1:57: train.early_stopping: unknown monitored value \"accuracy\"; did you mean \"val_error\"? (one of "
     "none, "
     "val_loss, val_error, train_loss, train_error)"},
    {"target", R"({"data": {"target": "y"}})",
     "x.json:1:11: data: unknown key \"target\"; did you mean \"label_column\"?"},
    {"delimiter", R"({"data": {"name": "digits", "separator": ";"}})",
     "x.json:1:42: data.separator: unknown separator \";\"; did you mean \"semicolon\"? (one of auto, comma, "
     "semicolon, tab)"},
    {"shuffle", R"({"data": {"shuffle": true}})",
     "x.json:1:11: data: unknown key \"shuffle\"; training batches are always shuffled; data.subset says how the data "
     "are split"},
    {"num_classes", R"({"model": {"num_classes": 3}})",
     "x.json:1:12: model: unknown key \"num_classes\"; the numbers of inputs and outputs follow from the data"},
    {"device_in_a_section", R"({"train": {"device": "cuda"}})",
     "x.json:1:12: train: unknown key \"device\"; did you mean \"device\" at the top of the file?"},
    {"a_choice_for_a_key", R"({"train": {"adamw": {"lr": 0.1}}})",
     "x.json:1:12: train: unknown key \"adamw\"; did you mean \"train.optimizer.name\": \"adamw\"?"},
    {"a_mistyped_word", R"({"learnign_rate": 1})",
     "x.json:1:2: unknown key \"learnign_rate\"; did you mean \"train.optimizer.lr\"?"},
    {"type_of_the_model", R"({"model": {"type": "cnn"}})",
     "x.json:1:12: model: unknown key \"type\"; did you mean \"kind\"?"},
    {"type_of_the_optimizer", R"({"train": {"optimizer": {"type": "sgd"}}})",
     "x.json:1:26: train.optimizer: unknown key \"type\"; did you mean \"name\"?"},
    {"a_path_for_a_key", R"({"optimizer.lr": 1})",
     "x.json:1:2: unknown key \"optimizer.lr\"; write \"train\": {\"optimizer\": {\"lr\": ...}}"},
    {"widths_where_one_belongs", R"({"model": {"width": [16, 32]}})",
     "x.json:1:21: model.width: expected an integer, got a list of 2; to vary it, sweep model.width; for layers of "
     "different sizes, set model.hidden"},
    {"a_list_of_rates", R"({"train": {"optimizer": {"lr": [0.1, 0.2]}}})",
     "x.json:1:32: train.optimizer.lr: expected a number, got a list of 2; to vary it, sweep train.optimizer.lr"},
    {"the_depth_of_a_cnn", R"({"model": {"kind": "cnn", "depth": 3}})",
     "x.json:1:36: model.depth: has no effect without the model \"mlp\"; for a cnn set model.channels, for a resnet "
     "model.blocks"},
    {"a_word_in_a_sweep", R"({"sweep": {"learning_rate": [1]}})",
     "x.json:1:12: sweep: unknown key \"learning_rate\"; did you mean \"train.optimizer.lr\"?"},
    {"two_keys_of_one_name", R"({"sweep": {"momentum": [0.9]}})",
     "x.json:1:12: sweep: \"momentum\" could be model.norm.momentum or train.optimizer.momentum; write more of the "
     "path"},
    {"a_key_by_both_names", R"({"sweep": {"width": [1], "model.width": [2]}})",
     "x.json:1:26: sweep: model.width is swept twice"},
};

INSTANTIATE_TEST_SUITE_P(brought, key_names_files, ::testing::ValuesIn(brought), sentence_of);

TEST(key_names, every_synonym_leads_to_a_key_and_a_choice_that_exist) {
  for (const Synonyms& known : synonyms()) {
    if (known.path.empty()) continue;
    const Key* key = find_key(default_keys(), known.path);
    ASSERT_TRUE(key) << known.path;
    if (known.choice.empty()) continue;
    const Key* chosen = shorthand_of(*key) ? shorthand_of(*key) : key;
    EXPECT_TRUE(choices_in(*chosen)->find(known.choice)) << known.words;
  }
}

TEST(key_names, a_name_stands_for_the_path_that_ends_with_it) {
  EXPECT_EQ(full_path("lr"), "train.optimizer.lr");
  EXPECT_EQ(full_path("optimizer.lr"), "train.optimizer.lr");
  EXPECT_EQ(full_path("norm"), "model.norm");
  EXPECT_EQ(full_path("hidden"), "model.hidden");  // not of the experts or the gate
  EXPECT_EQ(full_path("decay"), "decay");
  EXPECT_EQ(paths_named("momentum"), (std::vector<std::string>{"model.norm.momentum", "train.optimizer.momentum"}));
  for (const std::string& path : key_paths()) EXPECT_EQ(full_path(path), path);
}

TEST(key_names, every_key_has_a_shortest_name) {
  EXPECT_EQ(short_name("model.width"), "width");
  EXPECT_EQ(short_name("model.norm.kind"), "norm");
  EXPECT_EQ(short_name("train.optimizer.name"), "optimizer");
  EXPECT_EQ(short_name("model.norm.momentum"), "norm.momentum");
  EXPECT_EQ(short_name("seeds"), "seeds");
  for (const std::string& path : key_paths()) {
    const std::string named = full_path(short_name(path));
    EXPECT_TRUE(named == path || lies_in(path, named)) << path;
  }
}

TEST(key_names, short_names_work_on_the_command_line_and_in_the_sweep) {
  const Document document =
      read(R"({"sweep": {"width": [4, 8], "zip": {"dropout": [0.1, 0.2], "optimizer.name": ["sgd", "adam"]}}})",
           {.set = {"epochs=3"}, .sweep = {"model.width=1,2", "lr=1,2"}});
  EXPECT_EQ(document.base.train.epochs, 3);
  EXPECT_EQ(document.factors,
            (std::vector<std::string>{"model.width", "model.dropout", "train.optimizer.name", "train.optimizer.lr"}));
  EXPECT_EQ(document.points[0].model.width, 1);
}

TEST(key_names, explain_takes_short_names) {
  EXPECT_EQ(explain("lr"), explain("train.optimizer.lr"));
  EXPECT_THROW(explain("momentum"), core::InputError);
}

}  // namespace
}  // namespace descent::config
