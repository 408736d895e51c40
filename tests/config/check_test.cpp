#include "config/check.h"

#include <gtest/gtest.h>

#include "config/files.h"

namespace descent::config {
namespace {

using check_files = BadFiles;

TEST_P(check_files, says_what_is_wrong_with) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problems); }

const std::vector<BadFile> combinations{
    {"more_training_examples_than_there_are", data(R"({"train_size": 5000})"),
     "x.json:1:25: data.train_size: needs 5000 training examples, but the training set of mnist1d has 4000"},
    {"more_training_and_validation_than_there_are", data(R"({"train_size": 3000, "val_size": 1500})"),
     "x.json:1:25: data.train_size: needs 3000 training + 1500 validation = 4500 examples, but the training set of "
     "mnist1d has 4000"},
    {"a_fraction_beyond_what_is_left", data(R"({"train_size": 3000, "val_fraction": 0.5})"),
     "x.json:1:25: data.train_size: needs 3000 training + 2000 validation = 5000 examples, but the training set of "
     "mnist1d has 4000"},
    {"two_validation_sizes", data(R"({"val_size": 100, "val_fraction": 0.5})"),
     "x.json:1:44: data.val_fraction: set either val_size or val_fraction"},
    {"validation_that_takes_all", data(R"({"val_size": 4000})"),
     "x.json:1:23: data.val_size: leaves no training examples of the 4000 in the training set of mnist1d"},
    {"a_fraction_of_nothing", data(R"({"val_fraction": 0.0001})"),
     "x.json:1:27: data.val_fraction: gives no validation examples from 4000"},
    {"more_test_examples_than_there_are", data(R"({"test_size": 2000})"),
     "x.json:1:24: data.test_size: needs 2000 test examples, but mnist1d has 1000"},
    {"two_test_sizes", data(R"({"name": "digits", "test_size": 100, "test_fraction": 0.5})"),
     "x.json:1:64: data.test_fraction: set either test_size or test_fraction"},
    {"a_fraction_of_an_official_test_set", data(R"({"test_fraction": 0.5})"),
     "x.json:1:28: data.test_fraction: has no effect with data that have a test set"},
    {"a_seed_of_a_split_that_is_not_drawn", data(R"({"split_seed": 1})"),
     "x.json:1:25: data.split_seed: has no effect with a split that is not random"},
    {"digits_with_an_official_test_part", data(R"({"name": "digits", "test_from": "official", "test_size": 100})"),
     "x.json:1:42: data.test_from: has no effect with a data set without a test set, for which it is \"rest\""},
    {"digits_with_nothing_to_train_on", data(R"({"name": "digits", "test_size": 1797})"),
     "x.json:1:42: data.test_size: leaves no training examples of the 1797 in the training set of digits"},
    {"digits_with_nothing_to_test_on", data(R"({"name": "digits", "train_size": 1797})"),
     "x.json:1:43: data.train_size: leaves no test examples of the 1797 of digits"},
    {"digits_with_too_much_of_both", data(R"({"name": "digits", "train_size": 1000, "test_size": 800})"),
     "x.json:1:43: data.train_size: needs 1000 training + 800 test = 1800 examples, but the training set of digits has "
     "1797"},
    {"the_rest_of_an_open_size", data(R"({"test_from": "rest"})"),
     "x.json:1:24: data.test_from: \"rest\" alone does not determine the sizes: set data.test_size or "
     "data.test_fraction, or data.train_size to test on the remaining examples"},
    {"more_test_examples_than_the_rest", data(R"({"train_size": 3000, "test_size": 2000, "test_from": "rest"})"),
     "x.json:1:25: data.train_size: needs 3000 training + 2000 test = 5000 examples, but the training set of mnist1d "
     "has 4000"},
    {"what_needs_classes_on_real_targets",
     R"({"data": {"name": "sinusoid", "label_noise": 0.1}, "model": {"width": 8, "depth": 1},
 "train": {"epochs": 1, "batch_size": 5, "early_stopping": "train_error"}})",
     "x.json:2:11: train.loss: the loss \"cross_entropy\" needs classes, but sinusoid has real targets; use "
     "\"mse\"\nx.json:1:46: data.label_noise: label noise needs classes, but sinusoid has real targets; use "
     "data.generator.noise\nx.json:2:60: train.early_stopping: \"train_error\" needs classes, but sinusoid has real "
     "targets; use \"train_loss\""},
    {"a_choice_of_examples_that_are_drawn",
     R"({"data": {"name": "sinusoid", "subset": "random", "test_from": "rest"}, "model": {"width": 8, "depth": 1},
 "train": {"epochs": 1, "batch_size": 5, "loss": "mse"}})",
     "x.json:1:41: data.subset: has no effect with generated data, which have no order\n"
     "x.json:1:64: data.test_from: has no effect with generated data, which have their own test examples"},
    {"generator_keys_of_data_that_are_read", data(R"({"name": "mnist1d", "generator": {"noise": 1}})"),
     "x.json:1:53: data.generator.noise: has no effect with data that are read from files"},
    {"noise_on_the_test_part_without_noise",
     R"({"data": {"name": "sinusoid", "generator": {"noise": 0, "noise_on_test": true}}, "model": {"width": 8,
 "depth": 1}, "train": {"epochs": 1, "batch_size": 5, "loss": "mse"}})",
     "x.json:1:74: data.generator.noise_on_test: has no effect without noise"},
    {"weights_that_are_limited_where_no_unit_is_hidden",
     R"({"data": "mnist1d", "model": {"depth": 0}, "train": {"epochs": 1, "max_norm": 2}})",
     "x.json:1:79: train.max_norm: has no effect without hidden layers"},
    {"data_in_files_without_a_path", data(R"("csv")"), "x.json:1:10: data.path: the data \"csv\" need data.path"},
    {"a_path_where_nothing_is", data(R"({"name": "csv", "path": "/nowhere/t.csv"})"),
     "x.json:1:34: data.path: /nowhere/t.csv: no such file"},
    {"a_path_of_data_that_need_none", data(R"({"name": "digits", "train_size": 100, "path": "/nowhere"})"),
     "x.json:1:56: data.path: has no effect with embedded or generated data; data.name \"csv\" reads a table, \"npy\" "
     "a folder of arrays"},
    {"augmentation_of_what_is_no_image",
     R"({"data": {"name": "two_moons", "augmentation": {"flip": true}}, "model": {"width": 8, "depth": 1},
 "train": {"epochs": 1}})",
     "x.json:1:57: data.augmentation.flip: has no effect without images or signals"},
    {"augmentation_of_features", data(R"({"features": ["sorted"], "augmentation": {"flip": true}})"),
     "x.json:1:60: data.augmentation.flip: has no effect with data.features or shuffled features, which are not "
     "images"},
    {"a_degree_without_powers", data(R"({"polynomial_degree": 2})"),
     "x.json:1:32: data.polynomial_degree: has no effect without \"polynomial\" in data.features"},
    {"noise_on_the_test_inputs",
     R"({"data": {"name": "two_moons", "generator": {"noise_on_test": true}}, "model": {"width": 8, "depth": 1},
 "train": {"epochs": 1}})",
     "x.json:1:63: data.generator.noise_on_test: has no effect with classes, which have noise on the inputs of every "
     "split"},
    {"a_spectrum_that_descends",
     R"({"data": {"name": "linear_spectrum", "generator": {"eigenvalues": [1, 0.1]}}, "model": {"width": 8,
 "depth": 1}, "train": {"epochs": 1, "batch_size": 5, "loss": "mse"}})",
     "x.json:1:67: data.generator.eigenvalues: must be in ascending order"},
    {"a_batch_larger_than_the_data", R"({"data": {"train_size": 50}, "train": {"epochs": 1, "batch_size": 60}})",
     "x.json:1:67: train.batch_size: a batch of 60 is larger than the 50 training examples; use \"full\" for all "
     "examples"},
    {"a_linear_model_with_hidden_layers", model(R"("kind": "linear_model", "depth": 2, "norm": "batch")"),
     "x.json:1:64: model.depth: has no effect without the model \"mlp\"; for a cnn set model.channels, for a resnet "
     "model.blocks\nx.json:1:75: model.norm.kind: has no effect without the model \"mlp\", \"cnn\" or \"resnet\""},
    {"raw_features_of_some_width", model(R"("kind": "linear_model", "width": 8)"),
     "x.json:1:64: model.width: has no effect without the model \"mlp\", \"resnet\" or random or Gaussian features of "
     "a linear model; for a cnn set model.channels"},
    {"gaussians_of_many_inputs",
     model(R"("kind": "linear_model", "width": 8, "features": {"kind": "gaussian_basis", "centers": [1, 0]})"),
     "x.json:1:79: model.features: a Gaussian basis needs data with one feature, but mnist1d has 40\nx.json:1:117: "
     "model.features.centers: must be in ascending order"},
    {"features_of_an_mlp", layers(R"("features": "random_relu")"),
     "x.json:1:67: model.features.kind: has no effect without the model \"linear_model\""},
    {"more_open_gates_than_experts", model(R"("kind": "mixture_of_experts", "experts": 3, "gate": {"top_k": 4})"),
     "x.json:1:93: model.gate.top_k: must not exceed the number of experts: 4 > 3"},
    {"a_likelihood_of_classes", model(R"("kind": "mixture_of_experts", "experts": {"std": 0.1})"),
     "x.json:1:80: model.experts.std: has no effect without the loss \"mse\""},
    {"a_closed_form_of_an_mlp", training(R"("solver": "least_squares", "loss": "mse")"),
     "x.json:1:89: train.solver: the solver \"least_squares\" needs the model \"linear_model\"\nx.json:1:76: "
     "train.epochs: has no effect with the solver \"least_squares\" or \"ridge\", which take no steps"},
    {"hidden_beside_width_and_depth", model(R"("width": 8, "depth": 2, "hidden": [8])"),
     "x.json:1:40: model.width: has no effect together with model.hidden; set only one of them (null removes a "
     "key)\nx.json:1:52: model.depth: has no effect together with model.hidden; set only one of them (null removes a "
     "key)"},
    {"batch_norm_with_a_batch_of_one",
     R"({"model": {"hidden": [8], "norm": "batch"}, "train": {"epochs": 1, "batch_size": 1}})",
     "x.json:1:82: train.batch_size: batch norm needs at least 2 examples in a batch, got 1"},
    {"batch_norm_with_a_last_batch_of_one",
     R"({"data": {"train_size": 3901}, "model": {"hidden": [8], "norm": "batch"}, "train": {"epochs": 1}})",
     "x.json:1:84: train.batch_size: 3901 training examples in batches of 100 leave a last batch of 1, which is too "
     "small for batch norm; set train.drop_last or change one of the sizes"},
    {"statistics_groups_that_do_not_divide_a_batch",
     R"({"model": {"hidden": [8], "norm": {"kind": "batch", "statistics_groups": 3}}, "train": {"epochs": 1}})",
     "x.json:1:74: model.norm.statistics_groups: a batch of 100 cannot be split into 3 equal groups of at least 2 "
     "examples"},
    {"statistics_groups_of_one_example",
     R"({"model": {"hidden": [8], "norm": {"kind": "batch", "statistics_groups": 100}}, "train": {"epochs": 1}})",
     "x.json:1:74: model.norm.statistics_groups: a batch of 100 cannot be split into 100 equal groups of at least 2 "
     "examples"},
    {"statistics_groups_that_do_not_divide_the_last_batch",
     R"({"data": {"train_size": 3930}, "model": {"hidden": [8], "norm": {"kind": "batch", "statistics_groups": 4}}, )"
     R"("train": {"epochs": 1}})",
     "x.json:1:104: model.norm.statistics_groups: the last batch of 30 cannot be split into 4 equal groups of at "
     "least 2 examples; set train.drop_last or change one of the sizes"},
    {"probes_that_do_not_apply",
     R"({"model": {"hidden": [8]}, "train": {"epochs": 1}, "probes": ["path_length", "lesion_error", "batch_mean_spread"]})",
     "x.json:1:62: probes.names: path_length needs residual blocks: the model \"mlp\" with model.residual, or "
     "\"resnet\" with model.shortcut\nx.json:1:62: probes.names: lesion_error needs residual blocks, or hidden layers "
     "whose output has the shape of their input\nx.json:1:62: probes.names: batch_mean_spread needs the norm "
     "\"batch\""},
    {"probe_steps_that_descend_or_come_after_the_end",
     R"({"model": {"hidden": [8]}, "train": {"steps": 20}, "probes": {"names": ["weight_norm"], "steps": [9, 3, 21]}})",
     "x.json:1:98: probes.steps: must be in ascending order\nx.json:1:98: probes.steps: 21 is after the end of "
     "training, which takes 20 steps"},
    {"two_kinds_of_probe_moments",
     R"({"model": {"hidden": [8]}, "train": {"steps": 20}, "probes": {"names": ["weight_norm"], "at": "end", "steps": [9]}})",
     "x.json:1:95: probes.at: has no effect with probes.steps"},
    {"strides_for_too_few_layers", model(R"("kind": "cnn", "channels": [8, 8], "strides": [2])"),
     "x.json:1:77: model.strides: needs one number for each of the 2 layers, but has 1"},
    {"kernels_for_too_many_layers", model(R"("kind": "cnn", "channels": [8, 8], "kernels": [3, 3, 3])"),
     "x.json:1:77: model.kernels: needs one number for each of the 2 layers, but has 3"},
    {"pooling_of_too_few_layers", model(R"("kind": "cnn", "channels": [8, 8], "max_pool": [2])"),
     "x.json:1:78: model.max_pool: needs one number for each of the 2 layers, but has 1"},
    {"strides_for_too_many_stages", model(R"("kind": "resnet", "width": 4, "blocks": [1, 1], "strides": [1, 2, 2])"),
     "x.json:1:90: model.strides: needs one number for each of the 2 stages, but has 3"},
    {"a_kernel_larger_than_its_map", model(R"("kind": "cnn", "channels": [8, 8], "kernels": [5, 25], "padding": 0)"),
     "x.json:1:77: model.kernels: layer 2: a kernel of size 25 does not fit an input of size 18"},
    {"pooling_of_more_places_than_the_map_has",
     model(R"("kind": "cnn", "channels": [8, 8, 8], "kernels": [5, 3, 3], "max_pool": [4, 4, 4])"),
     "x.json:1:103: model.max_pool: layer 2: a pooling window of size 4 does not fit an input of size 2"},
    {"a_single_test_example_for_statistics_of_batches",
     R"({"data": {"name": "two_moons", "test_size": 1}, "train": {"epochs": 1},
 "model": {"width": 8, "depth": 1, "norm": {"kind": "batch", "predict_with": "batch"}}})",
     "x.json:2:78: model.norm.predict_with: the statistics of a batch need at least 2 examples, but there is only 1 "
     "test example"},
    {"stages_whose_channels_double_too_often",
     model(R"("kind": "resnet", "width": 70000, "blocks": [1, 1], "norm": "batch")"),
     "x.json:1:75: model.blocks: stage 2 would have 140000 channels; the maximum is 100000"},
    {"strides_out_of_bounds", model(R"("kind": "cnn", "strides": [2, 4294967296, 2])"),
     "x.json:1:61: model.strides: must be at most 1000, got 4294967296"},
    {"groups_that_do_not_divide_a_resnet", model(R"("kind": "resnet", "width": 6, "norm": "group")"),
     "x.json:1:69: model.norm.groups: a width of 6 is not divisible into 4 groups"},
    {"groups_that_do_not_divide_a_layer_of_a_cnn",
     model(R"("kind": "cnn", "channels": [8, 9], "norm": {"kind": "group", "groups": 2})"),
     "x.json:1:102: model.norm.groups: a width of 9 is not divisible into 2 groups"},
    {"groups_that_do_not_divide_a_hidden_layer", model(R"("hidden": [8, 6], "norm": "group")"),
     "x.json:1:57: model.norm.groups: a width of 6 is not divisible into 4 groups"},
    {"probes_of_a_mixture_that_do_not_apply",
     R"({"train": {"epochs": 1}, "model": {"kind": "mixture_of_experts"}, "probes": ["gradient_ratio", "lesion_error", "path_share"]})",
     "x.json:1:77: probes.names: gradient_ratio needs the model \"mlp\", \"cnn\" or \"resnet\"\nx.json:1:77: "
     "probes.names: lesion_error needs residual blocks, or hidden layers whose output has the shape of their "
     "input\nx.json:1:77: probes.names: path_share needs residual blocks: the model \"mlp\" with model.residual, or "
     "\"resnet\" with model.shortcut"},
    {"probes_of_a_linear_model_that_do_not_apply",
     R"({"train": {"epochs": 1}, "model": {"kind": "linear_model"}, "probes": ["weight_rank", "symmetry_difference", "gate_maximum"]})",
     "x.json:1:71: probes.names: weight_rank needs the model \"mlp\", \"cnn\", \"resnet\" or "
     "\"mixture_of_experts\"\n"
     "x.json:1:71: probes.names: symmetry_difference needs the model \"mlp\", \"cnn\", \"resnet\" or "
     "\"mixture_of_experts\"\n"
     "x.json:1:71: probes.names: gate_maximum needs the model \"mixture_of_experts\""},
    {"lesions_of_a_cnn_whose_layers_all_shrink",
     R"({"train": {"epochs": 1}, "model": {"kind": "cnn"}, "probes": ["lesion_error"]})",
     "x.json:1:62: probes.names: lesion_error needs residual blocks, or hidden layers whose output has the shape of "
     "their input"},
    {"synchronized_without_groups", layers(R"("norm": {"kind": "batch", "synchronized": true})"),
     "x.json:1:97: model.norm.synchronized: has no effect without model.norm.statistics_groups or train.world_size "
     "above 1"},
    {"norm_keys_without_a_norm", layers(R"("norm": {"momentum": 0.2, "epsilon": 0.1})"),
     "x.json:1:76: model.norm.momentum: has no effect without the norm \"batch\" and running statistics\n"
     "x.json:1:92: model.norm.epsilon: has no effect without a norm"},
    {"layer_norm_with_running_statistics", layers(R"("norm": {"kind": "layer", "predict_with": "running"})"),
     "x.json:1:97: model.norm.predict_with: has no effect without the norm \"batch\""},
    {"running_momentum_that_nothing_uses",
     layers(R"("norm": {"kind": "batch", "predict_with": "batch", "momentum": 0.1})"),
     "x.json:1:118: model.norm.momentum: has no effect without the norm \"batch\" and running statistics"},
    {"a_norm_position_without_a_norm", layers(R"("norm_position": "before")"),
     "x.json:1:72: model.norm_position: has no effect without a norm"},
    {"std_with_he_normal", layers(R"("init": {"scheme": "he_normal", "std": 0.1})"),
     "x.json:1:94: model.init.std: has no effect without the initializer \"normal\" or \"uniform\""},
    {"gain_beside_std", layers(R"("init": {"scheme": "normal", "std": 0.1, "gain": 1})"),
     "x.json:1:104: model.init.gain: has no effect together with std or without a random initializer"},
    {"a_fan_without_he", layers(R"("init": {"scheme": "xavier_normal", "mode": "fan_out"})"),
     "x.json:1:99: model.init.mode: has no effect without the initializer \"he_normal\" or \"he_uniform\""},
    {"constant_without_a_value", layers(R"("init": "constant")"),
     "x.json:1:63: model.init: the initializer \"constant\" needs model.init.value"},
    {"a_value_without_constant", layers(R"("init": {"value": 0.1})"),
     "x.json:1:73: model.init.value: has no effect without the initializer \"constant\""},
    {"zeros_with_a_gain", layers(R"("init": {"scheme": "zeros", "gain": 2})"),
     "x.json:1:91: model.init.gain: has no effect together with std or without a random initializer"},
    {"epochs_and_steps", train(R"("epochs": 1, "steps": 1)"),
     "x.json:1:76: train.epochs: has no effect together with train.steps; set only one of them (null removes a key)"},
    {"adam_with_momentum", training(R"("optimizer": {"name": "adam", "momentum": 0})"),
     "x.json:1:121: train.optimizer.momentum: has no effect without the optimizer \"sgd\""},
    {"sgd_with_betas", training(R"("optimizer": {"name": "sgd", "betas": [0.9, 0.999]})"),
     "x.json:1:117: train.optimizer.betas: has no effect without the optimizer \"adam\" or \"adamw\""},
    {"nesterov_without_momentum", training(R"("optimizer": {"name": "sgd", "nesterov": true})"),
     "x.json:1:120: train.optimizer.nesterov: needs a momentum above 0"},
    {"multistep_without_milestones", training(R"("schedule": "multistep")"),
     "x.json:1:91: train.schedule: the schedule \"multistep\" needs milestones"},
    {"cosine_with_milestones", training(R"("schedule": {"kind": "cosine", "milestones": [3]})"),
     "x.json:1:124: train.schedule.milestones: has no effect without the schedule \"multistep\""},
    {"milestones_that_descend", training(R"("schedule": {"kind": "multistep", "milestones": [5, 3]})"),
     "x.json:1:127: train.schedule.milestones: must be in ascending order"},
    {"a_constant_with_a_factor", training(R"("schedule": {"factor": 0.1})"),
     "x.json:1:102: train.schedule.factor: has no effect without the schedule \"step\", \"multistep\" or "
     "\"exponential\""},
    {"a_unit_of_nothing", training(R"("schedule": {"unit": "steps"})"),
     "x.json:1:100: train.schedule.unit: has no effect without a warmup or the schedule \"step\", "
     "\"multistep\" or \"exponential\""},
    {"a_cosine_that_rises", training(R"("schedule": {"kind": "cosine", "minimum_lr": 1})"),
     "x.json:1:124: train.schedule.minimum_lr: must not exceed the learning rate"},
    {"a_batch_beyond_the_data", training(R"("batch_size": 5000)"),
     "x.json:1:93: train.batch_size: a batch of 5000 is larger than the 4000 training examples; use \"full\" for all "
     "examples"},
    {"smoothing_with_mse", training(R"("loss": {"kind": "mse", "label_smoothing": 0.1})"),
     "x.json:1:122: train.loss.label_smoothing: has no effect without the loss \"cross_entropy\""},
    {"validation_loss_without_validation", training(R"("early_stopping": "val_loss")"),
     "x.json:1:97: train.early_stopping.monitor: there are no validation examples; set data.val_size or "
     "data.val_fraction"},
    {"patience_without_a_monitor", training(R"("early_stopping": {"patience": 3})"),
     "x.json:1:110: train.early_stopping.patience: has no effect without train.early_stopping.monitor"},
    {"a_monitor_that_is_not_evaluated", training(R"("early_stopping": "train_loss", "evaluate": {"splits": ["test"]})"),
     "x.json:1:97: train.early_stopping.monitor: train_loss is not evaluated; add \"train\" to "
     "train.evaluate.splits"},
    {"an_evaluation_of_no_validation", training(R"("evaluate": {"splits": ["val"]})"),
     "x.json:1:102: train.evaluate.splits: there are no validation examples; set data.val_size or data.val_fraction"},
    {"two_evaluation_schedules", training(R"("evaluate": {"every_epochs": 1, "log_spaced": 10})"),
     "x.json:1:91: train.evaluate: set only one of every_epochs, every_steps and log_spaced"},
    {"an_ensemble_of_one_seed", also(R"("ensemble": "seeds")"), "x.json:1:92: ensemble.of: needs at least 2 seeds"},
    {"more_members_than_seeds", also(R"("seeds": 3, "ensemble": {"of": "seeds", "sizes": [1, 4]})"),
     "x.json:1:129: ensemble.sizes: 4 members need as many seeds, but there are 3"},
    {"sizes_that_do_not_ascend", also(R"("seeds": 3, "ensemble": {"of": "seeds", "sizes": [2, 2]})"),
     "x.json:1:129: ensemble.sizes: must be in ascending order"},
    {"sizes_of_no_ensemble", also(R"("ensemble": {"sizes": [2]})"),
     "x.json:1:102: ensemble.sizes: has no effect without ensemble.of"},
    {"more_members_than_points", also(R"("ensemble": "points")"),
     "x.json:1:92: ensemble: 2 members need as many points of the sweep, which has 1"},
    {"members_that_speak_of_other_things",
     also(R"("ensemble": "points", "sweep": {"train.loss": ["mse", "cross_entropy"]})"),
     "x.json:1:92: ensemble: all points must have the same data and loss, so that their predictions can be averaged"},
    {"bias_and_variance_of_one_seed", also(R"("bias_variance": true)"),
     "x.json:1:97: bias_variance: needs at least 2 seeds"},
    {"readings_of_predictions_that_are_not_recorded",
     also(R"("seeds": 3, "bias_variance": true, "record": {"predictions": false})"),
     "x.json:1:141: record.predictions: must not be false with bias_variance; remove it"},
    {"test_examples_that_differ_from_seed_to_seed",
     R"({"data": {"name": "digits", "test_size": 300, "subset": "random"}, "model": {"width": 8, "depth": 2},
         "train": {"epochs": 1}, "seeds": 3, "bias_variance": true})",
     "x.json:1:57: data.subset: gives every seed different test examples, whose predictions cannot be compared; set "
     "data.split_seed"},
    {"another_problem_for_every_seed",
     R"({"data": {"name": "sinusoid", "generator": {"redraw": "all"}}, "model": {"width": 8, "depth": 2},
         "train": {"epochs": 1, "loss": "mse", "batch_size": 5}, "seeds": 3, "bias_variance": true})",
     "x.json:1:55: data.generator.redraw: gives every seed different test examples, whose predictions cannot be "
     "compared"},
    {"samples_of_no_dropout", also(R"("predict": {"dropout_samples": 5})"),
     "x.json:1:111: predict.dropout_samples: has no effect without model.dropout.rate"},
    {"noise_on_the_test_labels_of_an_ensemble",
     R"({"data": {"label_noise": {"rate": 0.1, "on_test": true}}, "model": {"width": 8, "depth": 2},
         "train": {"epochs": 1}, "seeds": 3, "ensemble": "seeds"})",
     "x.json:1:51: data.label_noise.on_test: gives every seed different test examples, whose predictions cannot be "
     "compared"},
    {"the_fused_engine_on_a_gpu", also(R"("engine": "fused", "device": "cuda", "precision": "tf32")"),
     "x.json:1:90: engine: the fused engine does not support device cuda, precision tf32; use \"auto\" or \"torch\""},
    {"the_fused_engine_at_one_point_of_the_sweep",
     also(R"("sweep": {"engine": ["torch", "fused"], "precision": ["bf16"]})"),
     "x.json:1:110: engine: the fused engine does not support precision bf16; use \"auto\" or \"torch\" (at "
     "engine=\"fused\", precision=\"bf16\")"},
    {"tf32_without_a_gpu", also(R"("precision": "tf32")"),
     "x.json:1:93: precision: \"tf32\" needs the device \"cuda\""},
    {"all_problems_at_once",
     R"({
  "nmae": "x",
  "seeds": 0,
  "model": {"width": "wide", "norm": {"momentum": 2}},
  "train": {"optimizer": {"name": "adam", "nesterov": true}}
})",
     "x.json:2:3: unknown key \"nmae\"; did you mean \"name\"?\n"
     "x.json:3:12: seeds: must be a count from 1 to 100000, got 0\n"
     "x.json:4:22: model.width: expected an integer, got \"wide\"\n"
     "x.json:4:51: model.norm.momentum: must be at most 1, got 2\n"
     "x.json:5:55: train.optimizer.nesterov: has no effect without the optimizer \"sgd\""},
};

INSTANTIATE_TEST_SUITE_P(bad, check_files, ::testing::ValuesIn(combinations), sentence_of);

TEST(check, digits_works_with_a_test_size_or_a_training_size) {
  EXPECT_EQ(problems_of(data(R"({"name": "digits", "test_size": 300})")), "");
  EXPECT_EQ(problems_of(data(R"({"name": "digits", "train_size": 1000})")), "");
  EXPECT_EQ(problems_of(data(R"({"name": "digits", "test_size": 300, "test_from": "rest"})")), "");
}

TEST(check, results_from_predictions_record_them) {
  const auto recorded = [](const std::string& keys) { return read(also(keys)).points[0].record.predictions; };
  EXPECT_TRUE(recorded(R"("seeds": 2, "ensemble": "seeds")"));
  EXPECT_TRUE(recorded(R"("seeds": 2, "bias_variance": true)"));
  EXPECT_FALSE(recorded(R"("seeds": 2)"));
}

TEST(check, batch_norm_accepts_a_last_batch_of_one_that_is_dropped) {
  const std::string keys = R"("model": {"hidden": [8], "norm": "batch"}, "train": {"epochs": 1, "drop_last": true}})";
  EXPECT_EQ(problems_of(R"({"data": {"train_size": 3901}, )" + keys), "");
}

TEST(check, depth_zero_needs_no_width) { EXPECT_EQ(problems_of(model("\"depth\": 0")), ""); }

TEST(check, a_learning_rate_of_zero_is_allowed) { EXPECT_EQ(problems_of(training(R"("optimizer": {"lr": 0})")), ""); }

TEST(check, a_key_of_the_file_needs_an_effect_in_at_least_one_point) {
  EXPECT_EQ(problems_of(R"({"model": {"hidden": [8], "norm": {"kind": "batch", "momentum": 0.2}},
                            "train": {"epochs": 1}, "sweep": {"model.norm.kind": ["none", "batch"]}})"),
            "");
  EXPECT_EQ(problems_of(R"({"model": {"hidden": [8], "norm": {"kind": "batch", "momentum": 0.2}},
"train": {"epochs": 1}, "sweep": {"model.norm.kind": ["none", "layer"]}})"),
            "x.json:1:65: model.norm.momentum: has no effect without the norm \"batch\" and running statistics");
}

TEST(check, a_value_that_the_sweep_replaces_needs_no_effect) {
  EXPECT_EQ(problems_of(R"({"model": {"hidden": [8], "norm": {"kind": "none", "momentum": 0.2}},
                            "train": {"epochs": 1}, "sweep": {"model.norm": ["none", "layer"]}})"),
            "");
}

}  // namespace
}  // namespace descent::config
