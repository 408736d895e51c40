#include "config/choices.h"

namespace descent::config {
namespace {

template <class Enum>
constexpr Choice row(Enum value, std::string_view name, std::string_view help,
                     std::string_view source = "-") {
  return {static_cast<int>(value), name, help, source};
}

constexpr Choice devices[] = {
    row(Device::cpu, "cpu", "the processor; one thread per run unless train.threads says otherwise"),
    row(Device::cuda, "cuda", "an NVIDIA GPU; not available in this version"),
};

constexpr Choice precisions[] = {
    row(Precision::float32, "float32", "single precision, about 7 digits", "IEEE 754"),
    row(Precision::float64, "float64", "double precision, about 16 digits, slower", "IEEE 754"),
};

constexpr Choice data_names[] = {
    row(DataName::mnist1d, "mnist1d",
        "1-D digit signals, 40 features, 10 classes; 4000 to train, 1000 to test",
        "Greydanus and Kobak 2024, \"Scaling down deep learning with MNIST-1D\""),
    row(DataName::mnist1d_large, "mnist1d_large",
        "the same generator, 40 features, 10 classes; 10000 to train, 6000 to test",
        "Greydanus and Kobak 2024, \"Scaling down deep learning with MNIST-1D\""),
    row(DataName::digits, "digits",
        "handwritten digits of 8 x 8 pixels, 64 features, 10 classes; 1797 examples without an official test "
        "part",
        "Alpaydin and Kaynak 1998, UCI Machine Learning Repository"),
    row(DataName::idx, "idx", "files of MNIST and its like in data.path: train-images-idx3-ubyte, ..., also .gz",
        "LeCun, Cortes and Burges 1998, MNIST"),
    row(DataName::cifar10, "cifar10", "binary files of CIFAR-10 in data.path: data_batch_1.bin, ..., test_batch.bin",
        "Krizhevsky 2009, \"Learning multiple layers of features from tiny images\""),
    row(DataName::npy, "npy",
        "NumPy arrays in data.path: x_train.npy, y_train.npy, x_test.npy, y_test.npy, or x.npy and y.npy"),
    row(DataName::csv, "csv", "a table in the file data.path: a header, numbers, one column of labels or targets",
        "RFC 4180"),
    row(DataName::sinusoid, "sinusoid",
        "generated: x uniform on [0, 1), real target sin(2 pi x) + noise (sd 0.3); 25 to train, 1000 to test",
        "Bishop 2006, \"Pattern recognition and machine learning\", 3.2"),
    row(DataName::two_moons, "two_moons",
        "generated: two interleaved half circles in the plane, noise (sd 0.1) on the inputs; 200 to train, 1000 to "
        "test", "make_moons of scikit-learn"),
    row(DataName::spirals, "spirals",
        "generated: arms of a spiral in the unit disk, one per class, noise (sd 0.03) on the inputs; 400 to train, "
        "1000 to test", "Lang and Witbrock 1988, \"Learning to tell two spirals apart\""),
    row(DataName::teacher_student, "teacher_student",
        "generated: x normal, real target sum_k erf(w_k x / sqrt 2) / sqrt(K) of K teacher units + noise (sd 0); "
        "1000 to train, 1000 to test", "Saad and Solla 1995, \"On-line learning in soft committee machines\""),
    row(DataName::two_scale_regression, "two_scale_regression",
        "generated: linear target of 70 features of sd 1 with signal power 4 and 10 of sd 0.03 with power weak_signal, "
        "+ noise (sd 0.3); 100 to train, 1000 to test", "after Heckel and Yilmaz 2020"),
    row(DataName::piecewise_linear, "piecewise_linear",
        "generated: x uniform on [-1, 1), real target of linear pieces with jumps + noise (sd 0.05); 400 to train, "
        "1000 to test", "after Jacobs et al. 1991"),
    row(DataName::linear_spectrum, "linear_spectrum",
        "generated: linear target of normal features whose variances are spaced evenly in the logarithm, + noise "
        "(sd 0.5); 60 to train, 1000 to test", "Goodfellow et al. 2016, \"Deep learning\", 7.8"),
};

constexpr Choice redraws[] = {
    row(Redraw::all, "all", "target function and every part anew: each seed is another problem"),
    row(Redraw::train, "train", "training and validation examples anew; the function and the test part are those of "
        "seed 0"),
    row(Redraw::none, "none", "nothing anew: the data of seed 0"),
};

constexpr Choice tasks[] = {
    row(Task::automatic, "auto", "classification where every label is a whole number or any is a text"),
    row(Task::classification, "classification", "labels are names of classes"),
    row(Task::regression, "regression", "labels are real targets"),
};

constexpr Choice feature_maps[] = {
    row(FeatureMap::raw, "raw", "the features as they are"),
    row(FeatureMap::rfft_magnitude, "rfft_magnitude",
        "magnitudes of the Fourier transform, the features padded with zeros to a power of two: unchanged by cyclic "
        "shifts", "Cooley and Tukey 1965"),
    row(FeatureMap::sorted, "sorted", "the features in ascending order: unchanged by any permutation"),
    row(FeatureMap::polynomial, "polynomial", "powers 1 to polynomial_degree of each feature"),
};

constexpr Choice subsets[] = {
    row(Subset::first, "first", "in the order of the file, the same for every seed"),
    row(Subset::random, "random", "in a random order, another for every seed"),
};

constexpr Choice test_parts[] = {
    row(TestFrom::official, "official", "the first test_size examples of the data set's own test part"),
    row(TestFrom::rest, "rest", "the examples that follow the training examples in the pool"),
};

constexpr Choice normalizations[] = {
    row(Normalize::none, "none", "features as in the file"),
    row(Normalize::standard, "standard", "(x - mean) / standard deviation of each feature",
        "LeCun et al. 1998, \"Efficient BackProp\""),
    row(Normalize::minmax, "minmax", "(x - min) / (max - min) of each feature: [0, 1] on the training part"),
    row(Normalize::channel, "channel", "(x - mean) / standard deviation of each channel of an image",
        "Krizhevsky et al. 2012"),
};

constexpr Choice noise_kinds[] = {
    row(NoiseKind::other, "other", "a noisy label moves to one of the other classes: rate 0.15 changes 15 %",
        "Nakkiran et al. 2019, \"Deep double descent\""),
    row(NoiseKind::uniform, "uniform",
        "a noisy label is redrawn over all classes: with 10, rate 0.15 changes 13.5 %",
        "Zhang et al. 2017, \"Understanding deep learning requires rethinking generalization\""),
};

constexpr Choice splits[] = {
    row(Split::train, "train", "the examples trained on, with their noisy labels"),
    row(Split::val, "val", "the validation examples, with noise as in training unless label_noise.on_val is false"),
    row(Split::test, "test", "the test examples, with clean labels unless label_noise.on_test"),
};

constexpr Choice models[] = {
    row(ModelKind::mlp, "mlp",
        "fully connected layers: hidden ones with norm, activation and dropout, then a readout",
        "Rumelhart, Hinton and Williams 1986"),
    row(ModelKind::cnn, "cnn",
        "convolutions of images or signals, each with norm, activation and dropout, then a readout",
        "LeCun et al. 1998; Greydanus and Kobak 2024"),
    row(ModelKind::resnet, "resnet",
        "stages of residual blocks of convolutions, the average over the map, then a readout",
        "He et al. 2016"),
    row(ModelKind::linear_model, "linear_model",
        "a linear readout of fixed features; with the loss \"mse\" train.solver solves it without steps",
        "Bishop 2006, \"Pattern Recognition and Machine Learning\", chapter 3"),
    row(ModelKind::mixture_of_experts, "mixture_of_experts",
        "several networks, the experts, and a gate that says how much each counts for an example",
        "Jacobs et al. 1991, \"Adaptive mixtures of local experts\""),
};

constexpr Choice features[] = {
    row(FeatureKind::raw, "raw", "the inputs themselves"),
    row(FeatureKind::random_relu, "random_relu",
        "relu(x W + b) / sqrt(width), W from N(0, 1/inputs) and b from N(0, 0.01), drawn once per seed",
        "Rahimi and Recht 2007; Belkin et al. 2019"),
    row(FeatureKind::gaussian_basis, "gaussian_basis",
        "exp(-(x - c)^2 / (2 scale^2)) of one input x, the centers c evenly spaced",
        "Bishop 2006, \"Pattern Recognition and Machine Learning\", section 3.1"),
};

constexpr Choice activations[] = {
    row(Activation::relu, "relu", "max(x, 0)", "Nair and Hinton 2010"),
    row(Activation::tanh, "tanh", "tanh(x)", "LeCun et al. 1998"),
    row(Activation::sigmoid, "sigmoid", "1 / (1 + exp(-x))", "Rumelhart, Hinton and Williams 1986"),
    row(Activation::gelu, "gelu", "x Phi(x), Phi the normal distribution function",
        "Hendrycks and Gimpel 2016"),
    row(Activation::leaky_relu, "leaky_relu", "x for x > 0, else 0.01 x", "Maas et al. 2013"),
    row(Activation::silu, "silu", "x sigmoid(x), also called swish", "Elfwing et al. 2017"),
    row(Activation::identity, "identity", "x: the network stays linear", "Saxe et al. 2013"),
};

constexpr Choice norms[] = {
    row(NormKind::none, "none", "no normalization"),
    row(NormKind::batch, "batch", "each feature to mean 0 and variance 1 over the batch; then gamma x + beta",
        "Ioffe and Szegedy 2015"),
    row(NormKind::layer, "layer",
        "each example to mean 0 and variance 1 over its features; then gamma x + beta", "Ba et al. 2016"),
    row(NormKind::rms, "rms", "each example to mean square 1 over its features; then gamma x",
        "Zhang and Sennrich 2019"),
    row(NormKind::group, "group",
        "groups of features of each example to mean 0 and variance 1; then gamma x + beta", "Wu and He 2018"),
};

constexpr Choice norm_positions[] = {
    row(NormPosition::before, "before", "linear, norm, activation", "Ioffe and Szegedy 2015"),
    row(NormPosition::after, "after", "linear, activation, norm", "Mishkin et al. 2016"),
};

constexpr Choice poolings[] = {
    row(Pooling::flatten, "flatten", "none: the readout sees every place of every channel"),
    row(Pooling::average, "average", "each channel's average over the map", "Lin et al. 2014"),
    row(Pooling::max, "max", "each channel's largest value on the map", "Oquab et al. 2015"),
};

constexpr Choice block_kinds[] = {
    row(BlockKind::basic, "basic", "two 3x3 convolutions", "He et al. 2016"),
    row(BlockKind::bottleneck, "bottleneck",
        "1x1, 3x3 and 1x1 convolutions, the last to four times the channels", "He et al. 2016"),
};

constexpr Choice shortcut_kinds[] = {
    row(ShortcutKind::identity, "identity",
        "a block adds its input; where shapes change, every stride-th place and zeros for new channels",
        "He et al. 2016, option A"),
    row(ShortcutKind::projection, "projection",
        "a block adds its input; where shapes change, a 1x1 convolution of it", "He et al. 2016, option B"),
    row(ShortcutKind::none, "none", "nothing is added: the plain network of the same convolutions",
        "He et al. 2016"),
};

constexpr Choice dropout_kinds[] = {
    row(DropoutKind::unit, "unit", "each number by itself", "Srivastava et al. 2014"),
    row(DropoutKind::channel, "channel", "whole channels of an example", "Tompson et al. 2015"),
};

constexpr Choice branch_inits[] = {
    row(BranchInit::one, "one", "as model.init says", "He et al. 2016"),
    row(BranchInit::inverse_sqrt_depth, "inverse_sqrt_depth", "divided by the root of the number of branches: "
        "the variance of the sum does not grow with depth", "Zhang et al. 2019"),
    row(BranchInit::zero, "zero", "0: every block starts as the identity", "Zhang et al. 2019"),
};

constexpr Choice decays[] = {
    row(DecayOn::all, "all", "every parameter", "Krogh and Hertz 1991"),
    row(DecayOn::weights, "weights", "weight matrices only, neither biases nor gamma and beta", "He et al. 2019"),
};

constexpr Choice statistics[] = {
    row(PredictWith::running, "running", "averages collected during training", "Ioffe and Szegedy 2015"),
    row(PredictWith::batch, "batch", "mean and variance of the examples evaluated together"),
};

// fan_in, fan_out: inputs and outputs of the layer; fan: the one that `mode` names. N(0, v) has variance v,
// U(+-b) is uniform on [-b, b] and has variance b^2 / 3.
constexpr Choice initializers[] = {
    row(InitScheme::pytorch_default, "pytorch_default",
        "gain * U(+-sqrt(1/fan_in)), variance gain^2/(3 fan_in); bias U(+-sqrt(1/fan_in))",
        "nn.Linear of PyTorch 2"),
    row(InitScheme::zeros, "zeros", "0: every unit of a layer stays equal"),
    row(InitScheme::constant, "constant", "value: every unit of a layer stays equal"),
    row(InitScheme::normal, "normal", "N(0, std^2), or N(0, gain^2/fan_in) without std"),
    row(InitScheme::uniform, "uniform",
        "U(+-sqrt(3) std), variance std^2, or U(+-gain sqrt(3/fan_in)) without std"),
    row(InitScheme::xavier_normal, "xavier_normal", "N(0, gain^2 * 2/(fan_in + fan_out))",
        "Glorot and Bengio 2010"),
    row(InitScheme::xavier_uniform, "xavier_uniform",
        "U(+-gain sqrt(6/(fan_in + fan_out))), variance gain^2 * 2/(fan_in + fan_out)",
        "Glorot and Bengio 2010"),
    row(InitScheme::he_normal, "he_normal", "N(0, gain^2 * 2/fan)", "He et al. 2015"),
    row(InitScheme::he_uniform, "he_uniform", "U(+-gain sqrt(6/fan)), variance gain^2 * 2/fan",
        "He et al. 2015"),
    row(InitScheme::lecun_normal, "lecun_normal", "N(0, gain^2/fan_in)",
        "LeCun et al. 1998, \"Efficient BackProp\""),
    row(InitScheme::orthogonal, "orthogonal",
        "gain * Q with orthonormal rows or columns, whichever are fewer", "Saxe et al. 2013"),
};

constexpr Choice fans[] = {
    row(FanMode::fan_in, "fan_in", "number of inputs: keeps the variance of the signals", "He et al. 2015"),
    row(FanMode::fan_out, "fan_out", "number of outputs: keeps the variance of the gradients",
        "He et al. 2015"),
};

constexpr Choice optimizers[] = {
    row(OptimizerName::sgd, "sgd",
        "stochastic gradient descent, with momentum if given; decay is added to the gradient",
        "Sutskever et al. 2013"),
    row(OptimizerName::adam, "adam", "steps scaled by running moments; decay is added to the gradient",
        "Kingma and Ba 2015"),
    row(OptimizerName::adamw, "adamw", "Adam with the decay applied to the weights themselves",
        "Loshchilov and Hutter 2019"),
};

// Phi [n, p]: features of the training examples, Y [n, outputs]: their targets, W [p, outputs]: the readout.
constexpr Choice solvers[] = {
    row(SolverKind::optimizer, "optimizer", "steps of train.optimizer"),
    row(SolverKind::least_squares, "least_squares",
        "the W of least |Phi W - Y|^2; of several the one of least norm, where gradient descent from 0 leads",
        "Hastie et al. 2019, \"Surprises in high-dimensional ridgeless least squares interpolation\""),
    row(SolverKind::ridge, "ridge", "the W of least |Phi W - Y|^2 + lambda |W|^2, sums over examples and outputs",
        "Hoerl and Kennard 1970"),
    row(SolverKind::gradient_descent, "gradient_descent",
        "the W after t steps on all examples from W = 0, from eigenvalues r of the curvature: "
        "1 - (1 - lr r)^t of the least-squares solution along each eigenvector",
        "Bishop and Bishop 2023, \"Deep Learning\", section 9.3.1"),
};

constexpr Choice schedules[] = {
    row(ScheduleKind::constant, "constant", "lr"),
    row(ScheduleKind::step, "step", "lr * factor^floor(t / every)", "He et al. 2016"),
    row(ScheduleKind::multistep, "multistep", "lr * factor^(number of milestones reached)", "He et al. 2016"),
    row(ScheduleKind::cosine, "cosine", "from lr to minimum_lr along half a cosine over the whole training",
        "Loshchilov and Hutter 2017"),
    row(ScheduleKind::exponential, "exponential", "lr * factor^t"),
};

constexpr Choice units[] = {
    row(DurationUnit::epochs, "epochs", "passes over the training examples"),
    row(DurationUnit::steps, "steps", "updates of the weights"),
};

constexpr Choice losses[] = {
    row(LossKind::cross_entropy, "cross_entropy", "-log softmax of the right class, mean over examples",
        "Bridle 1990"),
    row(LossKind::mse, "mse", "squared distance to the real target or the one-hot label, mean over examples and outputs",
        "Hui and Belkin 2021"),
};

constexpr Choice monitors[] = {
    row(Monitor::none, "none", "no early stopping"),
    row(Monitor::val_loss, "val_loss", "loss on the validation examples", "Prechelt 1998"),
    row(Monitor::val_error, "val_error", "share of validation examples misclassified", "Prechelt 1998"),
    row(Monitor::train_loss, "train_loss", "loss on the training examples"),
    row(Monitor::train_error, "train_error", "share of training examples misclassified"),
};

constexpr Choice restores[] = {
    row(Restore::best, "best", "the weights at the best monitored value", "Prechelt 1998"),
    row(Restore::last, "last", "the weights at the last step"),
};

constexpr Choice ensembles[] = {
    row(EnsembleOf::none, "none", "no ensembles"),
    row(EnsembleOf::seeds, "seeds", "networks of one point that differ in their seeds; with data.bootstrap: bagging",
        "Lakshminarayanan et al. 2017"),
    row(EnsembleOf::points, "points", "networks of different points of the sweep, with one seed",
        "Hansen and Salamon 1990"),
};

constexpr Choice probe_moments[] = {
    row(ProbeMoment::evaluations, "evaluations", "at every evaluation"),
    row(ProbeMoment::start, "start", "at initialization"),
    row(ProbeMoment::end, "end", "at the last evaluation"),
    row(ProbeMoment::start_and_end, "start_and_end", "at initialization and at the last evaluation"),
};

}  // namespace

Choices choices_of(Device) { return {"device", devices}; }
Choices choices_of(Precision) { return {"precision", precisions}; }
Choices choices_of(DataName) { return {"data set", data_names}; }
Choices choices_of(Task) { return {"task", tasks}; }
Choices choices_of(FeatureMap) { return {"feature map", feature_maps}; }
Choices choices_of(Redraw) { return {"redraw", redraws}; }
Choices choices_of(Subset) { return {"subset", subsets}; }
Choices choices_of(TestFrom) { return {"test part", test_parts}; }
Choices choices_of(Normalize) { return {"normalization", normalizations}; }
Choices choices_of(NoiseKind) { return {"kind of label noise", noise_kinds}; }
Choices choices_of(Split) { return {"split", splits}; }
Choices choices_of(ModelKind) { return {"model", models}; }
Choices choices_of(FeatureKind) { return {"kind of features", features}; }
Choices choices_of(Activation) { return {"activation", activations}; }
Choices choices_of(NormKind) { return {"norm", norms}; }
Choices choices_of(Pooling) { return {"pooling", poolings}; }
Choices choices_of(BlockKind) { return {"block", block_kinds}; }
Choices choices_of(ShortcutKind) { return {"shortcut", shortcut_kinds}; }
Choices choices_of(DropoutKind) { return {"kind of dropout", dropout_kinds}; }
Choices choices_of(BranchInit) { return {"branch initialization", branch_inits}; }
Choices choices_of(DecayOn) { return {"decay", decays}; }
Choices choices_of(NormPosition) { return {"norm position", norm_positions}; }
Choices choices_of(PredictWith) { return {"kind of statistics", statistics}; }
Choices choices_of(InitScheme) { return {"initializer", initializers}; }
Choices choices_of(FanMode) { return {"fan", fans}; }
Choices choices_of(OptimizerName) { return {"optimizer", optimizers}; }
Choices choices_of(SolverKind) { return {"solver", solvers}; }
Choices choices_of(ScheduleKind) { return {"schedule", schedules}; }
Choices choices_of(DurationUnit) { return {"unit", units}; }
Choices choices_of(LossKind) { return {"loss", losses}; }
Choices choices_of(Monitor) { return {"monitored value", monitors}; }
Choices choices_of(Restore) { return {"choice of weights", restores}; }
Choices choices_of(EnsembleOf) { return {"kind of ensemble", ensembles}; }
Choices choices_of(ProbeMoment) { return {"moment", probe_moments}; }

}  // namespace descent::config
