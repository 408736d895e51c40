#include "config/choices.h"

namespace descent::config {

constexpr Choice data_names[] = {
    {DataName::mnist1d, "mnist1d", "1-D digit signals, 40 features, 10 classes; 4000 to train, 1000 to test",
     "Greydanus and Kobak 2024, \"Scaling down deep learning with MNIST-1D\""},
    {DataName::mnist1d_large, "mnist1d_large", "like mnist1d, 40 features, 10 classes; 10000 to train, 6000 to test",
     "Greydanus and Kobak 2024, \"Scaling down deep learning with MNIST-1D\""},
    {DataName::digits, "digits",
     "handwritten digits of 8 x 8 pixels, 64 features, 10 classes; 1797 examples without an official test set",
     "Alpaydin and Kaynak 1998, UCI Machine Learning Repository"},
    {DataName::fashion_mnist, "fashion_mnist",
     "images of clothing, 28 x 28 pixels from 0 to 1, 10 classes; 60000 to train, 10000 to test; in data.path or "
     "installed by `apt install dataset-fashion-mnist`",
     "Xiao et al. 2017, \"Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms\""},
    {DataName::idx, "idx", "MNIST-format files in data.path: train-images-idx3-ubyte, ..., also .gz",
     "LeCun, Cortes and Burges 1998, MNIST"},
    {DataName::cifar10, "cifar10", "binary files of CIFAR-10 in data.path: data_batch_1.bin, ..., test_batch.bin",
     "Krizhevsky 2009, \"Learning multiple layers of features from tiny images\""},
    {DataName::npy, "npy",
     "NumPy arrays in data.path: x_train.npy, y_train.npy, x_test.npy and y_test.npy, or x.npy and y.npy"},
    {DataName::csv, "csv",
     "table in the file data.path, also .gz: a header, a line per example, one column of labels or targets",
     "RFC 4180"},
    {DataName::sinusoid, "sinusoid",
     "generated: x uniform on [0, 1), real target sin(2 pi x) + noise (sd 0.3); 25 to train, 1000 to test",
     "Bishop 2006, \"Pattern recognition and machine learning\", 3.2"},
    {DataName::two_moons, "two_moons",
     "generated: two interleaved half circles in the plane, noise (sd 0.1) on the inputs; 200 to train, 1000 to test",
     "make_moons of scikit-learn"},
    {DataName::spirals, "spirals",
     "generated: arms of a spiral in the unit disk, one per class, noise (sd 0.03) on the inputs; 400 to train, "
     "1000 to test",
     "Lang and Witbrock 1988, \"Learning to tell two spirals apart\""},
    {DataName::teacher_student, "teacher_student",
     "generated: x normal, real target sum_k erf(w_k x / sqrt 2) / sqrt(K) of K teacher units + noise (sd 0); "
     "1000 to train, 1000 to test",
     "Saad and Solla 1995, \"On-line learning in soft committee machines\""},
    {DataName::two_scale_regression, "two_scale_regression",
     "generated: linear target of 70 features (sd 1, signal power 4) and 10 features (sd 0.03, signal power "
     "weak_signal) + noise (sd 0.3); 100 to train, 1000 to test",
     "after Heckel and Yilmaz 2020"},
    {DataName::piecewise_linear, "piecewise_linear",
     "generated: x uniform on [-1, 1), piecewise linear target with jumps + noise (sd 0.05); 400 to train, 1000 to "
     "test",
     "after Jacobs et al. 1991"},
    {DataName::linear_spectrum, "linear_spectrum",
     "generated: linear target of normal features with variances evenly spaced on a logarithmic scale + noise "
     "(sd 0.5); 60 to train, 1000 to test",
     "Goodfellow et al. 2016, \"Deep learning\", 7.8"},
};
Choices choices_of(DataName) { return {"data set", data_names}; }

constexpr Choice redraws[] = {
    {Redraw::all, "all", "target function and all examples: every seed is a different problem"},
    {Redraw::train, "train",
     "training and validation examples; the function and the test examples are those of seed 0"},
    {Redraw::none, "none", "nothing: the data of seed 0"},
};
Choices choices_of(Redraw) { return {"redraw", redraws}; }

constexpr Choice tasks[] = {
    {Task::automatic, "auto",
     "classification if labels are strings or few different integers; regression if they have fractions; otherwise an "
     "error"},
    {Task::classification, "classification", "labels are classes"},
    {Task::regression, "regression", "labels are real targets"},
};
Choices choices_of(Task) { return {"task", tasks}; }

constexpr Choice feature_maps[] = {
    {FeatureMap::raw, "raw", "the features unchanged"},
    {FeatureMap::rfft_magnitude, "rfft_magnitude",
     "magnitudes of the Fourier transform of the features, padded with zeros to a power of two: invariant to cyclic "
     "shifts",
     "Cooley and Tukey 1965"},
    {FeatureMap::sorted, "sorted", "the features in ascending order: invariant to permutations"},
    {FeatureMap::polynomial, "polynomial", "powers 1 to polynomial_degree of each feature"},
};
Choices choices_of(FeatureMap) { return {"feature map", feature_maps}; }

constexpr Choice subsets[] = {
    {Subset::automatic, "auto", "first if there is an official test set, otherwise stratified"},
    {Subset::stratified, "stratified", "shuffled for every seed, with the proportions of the classes in each split"},
    {Subset::first, "first", "in the order of the file, the same for every seed"},
    {Subset::random, "random", "shuffled for every seed"},
};
Choices choices_of(Subset) { return {"subset", subsets}; }

constexpr Choice layouts[] = {
    {Layout::automatic, "auto", "channels_first; an error if the shape suggests channels_last"},
    {Layout::channels_first, "channels_first", "[size, channels, height, width], as in PyTorch"},
    {Layout::channels_last, "channels_last", "[size, height, width, channels], as in Keras, Pillow and Matplotlib"},
};
Choices choices_of(Layout) { return {"layout", layouts}; }

constexpr Choice separators[] = {
    {Separator::automatic, "auto",
     "the most frequent in the first line; except with commas, numbers may be written 0,5"},
    {Separator::comma, "comma", ","},
    {Separator::semicolon, "semicolon", ";"},
    {Separator::tab, "tab", "tab character"},
};
Choices choices_of(Separator) { return {"separator", separators}; }

constexpr Choice missing_values[] = {
    {Missing::error, "error", "report an error"},
    {Missing::drop, "drop", "drop the row"},
    {Missing::mean, "mean", "replace by the mean of the training examples"},
};
Choices choices_of(Missing) { return {"treatment of missing values", missing_values}; }

constexpr Choice test_sets[] = {
    {TestFrom::official, "official", "the first test_size examples of the official test set"},
    {TestFrom::rest, "rest", "examples of the pool that are not used for training or validation"},
};
Choices choices_of(TestFrom) { return {"test set", test_sets}; }

constexpr Choice normalizations[] = {
    {Normalize::none, "none", "features as in the file"},
    {Normalize::standard, "standard", "(x - mean) / standard deviation of each feature",
     "LeCun et al. 1998, \"Efficient BackProp\""},
    {Normalize::minmax, "minmax", "(x - min) / (max - min) of each feature: from 0 to 1 on the training set"},
    {Normalize::channel, "channel", "(x - mean) / standard deviation of each channel of an image",
     "Krizhevsky et al. 2012"},
};
Choices choices_of(Normalize) { return {"normalization", normalizations}; }

constexpr Choice noise_kinds[] = {
    {NoiseKind::other, "other", "uniform over the other classes: rate 0.15 changes 15 % of the labels",
     "Nakkiran et al. 2019, \"Deep double descent\""},
    {NoiseKind::uniform, "uniform", "uniform over all classes: with 10 classes, rate 0.15 changes 13.5 % of the labels",
     "Zhang et al. 2017, \"Understanding deep learning requires rethinking generalization\""},
};
Choices choices_of(NoiseKind) { return {"kind of label noise", noise_kinds}; }

}  // namespace descent::config
