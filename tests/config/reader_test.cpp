#include "config/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/files.h"
#include "config/slots.h"
#include "config/write.h"
#include "core/text.h"

namespace descent::config {
namespace {

using reader_files = BadFiles;

TEST_P(reader_files, says_what_is_wrong_with) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problems); }

const std::vector<BadFile> fields{
    {"an_unknown_key", also(R"("nmae": "x")"), "x.json:1:80: unknown key \"nmae\"; did you mean \"name\"?"},
    {"an_unknown_key_without_suggestion", also(R"("xyzzy": 1)"),
     "x.json:1:80: unknown key \"xyzzy\" (descent explain lists the keys)"},
    {"an_unknown_key_in_a_section", model(R"("widht": 8, "depth": 2)"),
     "x.json:1:31: model: unknown key \"widht\"; did you mean \"width\"?"},
    {"a_duplicate_key", also(R"("seeds": 3, "seeds": 4)"),
     "x.json:1:92: duplicate key \"seeds\", first given in line 1"},
    {"a_duplicate_key_in_a_section", model(R"("width": 8, "depth": 2, "width": 16)"),
     "x.json:1:55: duplicate key \"width\", first given in line 1"},
    {"no_seed", also(R"("seeds": 0)"), "x.json:1:89: seeds: must be a count from 1 to 100000, got 0"},
    {"an_empty_list_of_seeds", also(R"("seeds": [])"), "x.json:1:89: seeds: an empty list"},
    {"a_seed_twice", also(R"("seeds": [1, 1])"), "x.json:1:89: seeds: seed 1 is listed twice"},
    {"a_negative_seed", also(R"("seeds": [-1])"), "x.json:1:90: seeds: must be at least 0, got -1"},
    {"seeds_in_quotes", also(R"("seeds": "5")"),
     "x.json:1:89: seeds: expected a count or a list of integers, got \"5\""},
    {"a_seed_in_quotes", also(R"("seeds": [1, "a"])"),
     "x.json:1:93: seeds: expected a count or a list of integers, got an entry \"a\""},
    {"too_many_seeds", also(R"("seeds": 1000000)"),
     "x.json:1:89: seeds: must be a count from 1 to 100000, got 1000000"},
    {"a_name_with_a_slash", also(R"("name": "a/b")"),
     "x.json:1:88: name: \"a/b\" is not a valid folder name: use up to 100 letters, digits, '.', '_' and '-', "
     "not starting with '.'"},
    {"a_name_of_the_parent_folder", also(R"("name": "..")"),
     "x.json:1:88: name: \"..\" is not a valid folder name: use up to 100 letters, digits, '.', '_' and '-', "
     "not starting with '.'"},
    {"an_empty_name", also(R"("name": "")"),
     "x.json:1:88: name: \"\" is not a valid folder name: use up to 100 letters, digits, '.', '_' and '-', not "
     "starting with '.'"},
    {"a_name_that_is_a_number", also(R"("name": 5)"), "x.json:1:88: name: expected a string, got 5"},
    {"a_list_for_a_string", also(R"("description": ["a"])"),
     "x.json:1:95: description: expected a string, got a list of 1"},
    {"an_unknown_engine", also(R"("engine": "troch")"),
     "x.json:1:90: engine: unknown engine \"troch\"; did you mean \"torch\"? (one of auto, torch, fused)"},
    {"an_unknown_device", also(R"("device": "gpu")"),
     "x.json:1:90: device: unknown device \"gpu\"; did you mean \"cuda\"? (one of cpu, cuda, auto, cuda:N)"},
    {"a_number_for_the_device", also(R"("device": 1)"),
     "x.json:1:90: device: expected one of cpu, cuda, auto, cuda:N, got 1"},
    {"a_gpu_without_a_number", also(R"("device": "cuda:x")"),
     "x.json:1:90: device: unknown device \"cuda:x\"; did you mean \"cuda:N\"? (one of cpu, cuda, auto, cuda:N)"},
    {"an_unknown_precision", also(R"("precision": "float_32")"),
     "x.json:1:93: precision: unknown precision \"float_32\"; did you mean \"float32\"? (one of float32, "
     "tf32, bf16, float64)"},
    {"an_unknown_data_set", data(R"("mnist1")"),
     "x.json:1:10: data: unknown data set \"mnist1\"; did you mean \"mnist1d\"? (descent list data)"},
    {"a_number_for_the_data", data("5"),
     "x.json:1:10: data: expected the name of a data set (descent list data), got 5"},
    {"a_fraction_of_an_example", data(R"({"train_size": 2.5})"),
     "x.json:1:25: data.train_size: expected an integer, got 2.5"},
    {"no_training_example", data(R"({"train_size": 0})"), "x.json:1:25: data.train_size: must be at least 1, got 0"},
    {"null_in_the_file", data(R"({"train_size": null})"),
     "x.json:1:25: data.train_size: expected an integer, got null"},
    {"a_noise_rate_above_one", data(R"({"label_noise": 1.5})"),
     "x.json:1:26: data.label_noise: must be at most 1, got 1.5"},
    {"an_unknown_noise", data(R"({"label_noise": {"kind": "symmetric"}})"),
     "x.json:1:35: data.label_noise.kind: unknown kind of label noise \"symmetric\" (one of other, uniform)"},
    {"an_unknown_normalization", data(R"({"normalize": "standart"})"),
     "x.json:1:24: data.normalize: unknown normalization \"standart\"; did you mean \"standard\"? (one of "
     "none, standard, minmax, channel)"},
    {"a_number_for_a_boolean", data(R"({"shuffle_features": 1})"),
     "x.json:1:31: data.shuffle_features: expected true or false, got 1"},
    {"all_for_validation", data(R"({"val_fraction": 1})"), "x.json:1:27: data.val_fraction: must be below 1, got 1"},
    {"no_unit", model(R"("width": 0, "depth": 2)"), "x.json:1:40: model.width: must be at least 1, got 0"},
    {"no_unit_in_a_layer", model(R"("hidden": [8, 0])"), "x.json:1:45: model.hidden: must be at least 1, got 0"},
    {"a_string_in_a_list", model(R"("hidden": [8, "a"])"),
     "x.json:1:45: model.hidden: expected a list of integers, got an entry \"a\""},
    {"a_number_for_a_list", model(R"("hidden": 8)"),
     "x.json:1:41: model.hidden: expected a list of integers, got 8; write [8]"},
    {"a_column_for_a_list", data(R"({"name": "digits", "ignore": "id"})"),
     "x.json:1:39: data.ignore: expected a list of strings, got \"id\"; write [\"id\"]"},
    {"an_unknown_norm", layers(R"("norm": "bathc")"),
     "x.json:1:63: model.norm: unknown norm \"bathc\"; did you mean \"batch\"? (one of none, batch, layer, "
     "rms, group)"},
    {"an_unknown_norm_in_an_object", layers(R"("norm": {"kind": "bathc"})"),
     "x.json:1:72: model.norm.kind: unknown norm \"bathc\"; did you mean \"batch\"? (one of none, batch, "
     "layer, rms, group)"},
    {"certain_dropout", layers(R"("dropout": 1)"), "x.json:1:66: model.dropout: must be below 1, got 1"},
    {"a_string_for_dropout", layers(R"("dropout": "high")"),
     "x.json:1:66: model.dropout: expected a number, got \"high\""},
    {"an_unknown_initializer", layers(R"("init": "xavier")"),
     "x.json:1:63: model.init: unknown initializer \"xavier\"; did you mean \"xavier_normal\"? (descent list "
     "initializers)"},
    {"a_list_of_activations", layers(R"("activation": ["relu"])"),
     "x.json:1:69: model.activation: expected one of relu, tanh, sigmoid, gelu, leaky_relu, silu, identity, got a list "
     "of 1; to vary it, sweep model.activation"},
    {"claims_that_are_no_list", also(R"("claims": "wide is better")"),
     "x.json:1:90: claims: expected a list of claims, got \"wide is better\""},
    {"claims_that_are_incomplete", also(R"("claims": [{"says": "wide is better"}, {"says": "x", "that": ""}, 5])"),
     "x.json:1:91: claims[0]: needs \"that\"\nx.json:1:119: claims[1]: needs \"that\"\n"
     "x.json:1:146: claims[2]: expected an object with \"says\" and \"that\", got 5"},
    {"an_unknown_key_of_a_claim", also(R"("claims": [{"says": "x", "that": "y > 1", "refrence": "z"}])"),
     "x.json:1:122: claims[0]: unknown key \"refrence\"; did you mean \"reference\"?"},
    {"an_unknown_chart_of_a_plot", also(R"("plots": [{"chart": "heat_map", "remove": true}])"),
     "x.json:1:100: plots[0].chart: unknown chart \"heat_map\"; did you mean \"heat_maps\"? (one of metric, "
     "final_values, "
     "heat_maps, differences, bias_variance, ensembles, probes, learning_curves)"},
    {"a_model_without_layers", R"({"model": "mlp", "train": {"epochs": 1}})",
     "x.json:1:11: model: expected an object, got \"mlp\"; write {\"kind\": \"mlp\"}"},
    {"a_file_for_the_data", data(R"("iris.csv")"),
     "x.json:1:10: data: unknown data set \"iris.csv\"; for a file write {\"name\": \"csv\", \"path\": \"iris.csv\"}, "
     "for a folder of NumPy arrays use the name \"npy\" (descent list data)"},
    {"a_list_of_initializers", layers(R"("init": ["he_normal"])"),
     "x.json:1:63: model.init: expected the name of an initializer (descent list initializers), got a list of 1; to "
     "vary it, sweep model.init"},
    {"an_unknown_model", model(R"("kind": "rnn")"),
     "x.json:1:39: model.kind: unknown model \"rnn\"; did you mean \"cnn\"? (one of mlp, cnn, resnet, linear_model, "
     "mixture_of_experts)"},
    {"a_negative_duration", train(R"("epochs": -1)"), "x.json:1:76: train.epochs: must be at least 0, got -1"},
    {"a_string_for_the_duration", train(R"("epochs": "ten")"),
     "x.json:1:76: train.epochs: expected an integer, got \"ten\""},
    {"one_beta", training(R"("optimizer": {"name": "adam", "betas": [0.9]})"),
     "x.json:1:118: train.optimizer.betas: expected a list of two numbers, got a list of 1"},
    {"a_beta_of_one", training(R"("optimizer": {"name": "adam", "betas": [0.9, 1]})"),
     "x.json:1:124: train.optimizer.betas: must be below 1, got 1"},
    {"a_negative_learning_rate", training(R"("optimizer": {"lr": -1})"),
     "x.json:1:99: train.optimizer.lr: must be at least 0, got -1"},
    {"a_huge_learning_rate", training(R"("optimizer": {"lr": 1e308})"),
     "x.json:1:99: train.optimizer.lr: must be at most 1000000, got 1e+308"},
    {"an_unknown_optimizer", training(R"("optimizer": "adma")"),
     "x.json:1:92: train.optimizer: unknown optimizer \"adma\"; did you mean \"adam\"? (one of sgd, adam, "
     "adamw)"},
    {"a_string_for_the_batch_size", training(R"("batch_size": "all")"),
     "x.json:1:93: train.batch_size: expected an integer or \"full\", got \"all\""},
    {"an_empty_batch", training(R"("batch_size": 0)"), "x.json:1:93: train.batch_size: must be at least 1, got 0"},
    {"no_split_to_evaluate", training(R"("evaluate": {"splits": []})"),
     "x.json:1:102: train.evaluate.splits: an empty list"},
    {"a_split_twice", training(R"("evaluate": {"splits": ["test", "test"]})"),
     "x.json:1:111: train.evaluate.splits: \"test\" is listed twice"},
    {"an_unknown_split", training(R"("evaluate": {"splits": ["valid"]})"),
     "x.json:1:103: train.evaluate.splits: unknown split \"valid\"; did you mean \"val\"? (one of train, "
     "val, test)"},
    {"no_thread", training(R"("threads": 0)"), "x.json:1:90: train.threads: must be at least 1, got 0"},
    {"a_maximum_gradient_norm_of_zero", training(R"("clip_gradient_norm": 0)"),
     "x.json:1:101: train.clip_gradient_norm: must be above 0, got 0"},
    {"a_list_for_a_section", R"({"model": {"hidden": []}, "train": []})",
     "x.json:1:36: train: expected an object, got a list of 0"},
};

INSTANTIATE_TEST_SUITE_P(bad, reader_files, ::testing::ValuesIn(fields), sentence_of);

TEST(reader, a_value_sets_the_shorthand_of_a_section) {
  // Values other than the defaults, so that the test fails if they are not read.
  const std::map<std::string, std::string> values{{"data", "mnist1d_large"},  {"data.label_noise", "0.5"},
                                                  {"data.distortion", "0.5"}, {"model.norm", "batch"},
                                                  {"model.dropout", "0.5"},   {"model.init", "zeros"},
                                                  {"train.optimizer", "sgd"}, {"train.schedule", "cosine"},
                                                  {"train.loss", "mse"},      {"train.early_stopping", "train_loss"},
                                                  {"train.evaluate", "3"},    {"train.solver", "gradient_descent"},
                                                  {"model.experts", "3"},     {"model.features", "random_relu"},
                                                  {"model.stem", "7"},        {"probes", "[\"weight_norm\"]"},
                                                  {"ensemble", "seeds"}};
  // Keys that have no effect in the files above.
  const std::map<std::string, std::vector<std::string>> places{
      {"model.features", {R"(model={"kind": "linear_model"})"}},
      {"model.stem", {R"(model={"kind": "resnet", "width": 4})"}},
      {"train.solver", {R"(model={"kind": "linear_model"})", R"(train.loss="mse")"}},
      {"model.experts", {R"(model={"kind": "mixture_of_experts"})"}}};
  const std::string file = also("\"seeds\": 2");
  Experiment experiment;
  std::size_t sections = 0;
  for_each_key(describe(experiment), [&](const std::string& path, const Key& key) {
    const Key* abbreviated = shorthand_of(key);
    if (!abbreviated) return;
    ++sections;
    const std::string& value = values.at(path);
    const auto read_with = [&](const std::string& last) {
      std::vector<std::string> set;
      if (const auto place = places.find(path); place != places.end()) set = place->second;
      if (last.starts_with("model.features")) set.push_back("model.width=5");  // needed for an effect
      set.push_back(last);
      return identity(read(file, {.set = set}).points[0]);
    };
    EXPECT_NE(read_with(path + "=" + value), read_with("seeds=1")) << path;
    EXPECT_EQ(read_with(path + "=" + value), read_with(path + "." + std::string(abbreviated->name) + "=" + value))
        << path;
  });
  EXPECT_EQ(sections, values.size());
}

TEST(reader, every_kind_of_key_is_read) {
  const Experiment e = read(R"({
    // comments are welcome
    "$schema": "experiment.schema.json",
    "name": "all-1.0", "description": "what it shows", "seeds": [3, 1], "precision": "float64",
    "data": {"name": "digits", "train_size": 1e3, "test_size": 300, "val_fraction": 0.1, "subset": "random",
             "normalize": "standard", "label_noise": {"rate": 0.1, "on_test": true}, "shuffle_features": true},
    "model": {"hidden": [32, 16], "activation": "gelu", "norm": {"kind": "batch", "epsilon": 0.001},
              "norm_position": "after", "dropout": 0.25, "init": {"scheme": "normal", "std": 0.5, "bias": 0}},
    "train": {"optimizer": {"name": "adam", "betas": [0.8, 0.9]}, "batch_size": "full", "steps": 20,
              "schedule": {"kind": "multistep", "unit": "steps", "milestones": [5, 10]}, "loss": "mse",
              "clip_gradient_norm": 2, "early_stopping": {"monitor": "val_error", "patience": 3, "stop": false},
              "evaluate": {"every_steps": 5, "splits": ["val", "train"]}, "threads": 2},
    "probes": {"names": ["weight_norm"], "at": "end"}
  })")
                           .base;
  EXPECT_EQ(e.name, "all-1.0");
  EXPECT_EQ(e.seeds, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(e.precision, Precision::float64);
  EXPECT_EQ(e.data.name, DataName::digits);
  EXPECT_EQ(e.data.train_size, 1000);
  EXPECT_EQ(e.data.val_fraction, 0.1);
  EXPECT_TRUE(e.data.label_noise.on_test);
  EXPECT_EQ(e.model.hidden, (std::vector<std::int64_t>{32, 16}));
  EXPECT_EQ(e.model.norm.kind, NormKind::batch);
  EXPECT_EQ(e.model.norm.epsilon, 0.001);
  EXPECT_EQ(e.model.dropout.rate, 0.25);
  EXPECT_EQ(e.model.init.std, 0.5);
  EXPECT_EQ(e.model.init.bias, 0.0);
  EXPECT_EQ(e.train.optimizer.betas, (std::array<double, 2>{0.8, 0.9}));
  EXPECT_EQ(e.train.batch_size, 0);
  EXPECT_EQ(e.train.schedule.milestones, (std::vector<std::int64_t>{5, 10}));
  EXPECT_EQ(e.train.loss.kind, LossKind::mse);
  EXPECT_EQ(e.train.clip_gradient_norm, 2.0);
  EXPECT_EQ(e.train.early_stopping.monitor, Monitor::val_error);
  EXPECT_FALSE(e.train.early_stopping.stop);
  EXPECT_EQ(e.train.evaluate.splits, (std::vector<Split>{Split::val, Split::train}));
  EXPECT_EQ(e.train.threads, 2);
  EXPECT_EQ(e.probes.names, std::vector{ProbeName::weight_norm});
  EXPECT_EQ(e.probes.at, ProbeMoment::end);
}

TEST(reader, a_count_of_seeds_starts_at_zero) {
  EXPECT_EQ(read(also("\"seeds\": 3")).base.seeds, (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(reader, missing_keys_have_their_defaults) {
  const Experiment e = read(R"({"model": {"hidden": []}, "train": {"epochs": 0}})").base;
  EXPECT_EQ(e.seeds, std::vector<std::int64_t>{0});
  EXPECT_EQ(e.train.batch_size, 100);
  EXPECT_EQ(e.train.optimizer.lr, 0.001);
}

TEST(reader, the_list_of_problems_ends_after_two_hundred) {
  std::string keys = "\"seeds\": 1";
  for (int i = 0; i < 5000; ++i) keys += ", \"key" + std::to_string(i) + "\": 1";
  try {
    read(also(keys));
    FAIL();
  } catch (const core::InputError& error) {
    ASSERT_EQ(error.problems().size(), 201u);
    EXPECT_EQ(error.problems().back().text(), "x.json: more than 200 problems; the rest is not shown");
  }
}

TEST(reader, messages_show_long_and_unprintable_text_safely) {
  const std::string problems = problems_of(layers("\"norm\": \"\\u001b[31m" + std::string(100000, 'x') + "\""));
  EXPECT_THAT(problems, ::testing::StartsWith("x.json:1:63: model.norm: unknown norm \"?[31mxxxx"));
  EXPECT_LT(problems.size(), 200u);
}

}  // namespace
}  // namespace descent::config
