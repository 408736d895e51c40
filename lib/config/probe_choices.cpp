// The table of probes, apart from the others for its length.

#include "config/choices.h"

namespace descent::config {
namespace {

constexpr Choice row(ProbeName value, std::string_view name, std::string_view help, std::string_view source = "-") {
  return {static_cast<int>(value), name, help, source};
}

constexpr Choice probes[] = {
    row(ProbeName::activation_mean, "activation_mean", "mean of each hidden layer's activations"),
    row(ProbeName::activation_variance, "activation_variance",
        "variance of activations across examples, mean over the units of each hidden layer; a unit of a convolution is "
        "a channel, across examples and places", "He et al. 2015"),
    row(ProbeName::variance_factor, "variance_factor",
        "activation_variance of each hidden layer over that of the layer below", "He et al. 2015"),
    row(ProbeName::saturated_fraction, "saturated_fraction",
        "share of activations where the function is flat: |tanh| > 0.97, |2 sigmoid - 1| > 0.97, ReLU = 0",
        "Glorot and Bengio 2010"),
    row(ProbeName::dead_fraction, "dead_fraction", "share of ReLU units that are 0 for every example (channels: and at every place)",
        "Maas et al. 2013"),
    row(ProbeName::batch_mean_spread, "batch_mean_spread",
        "root mean square of a batch mean minus the mean of all, over the standard deviation; of each batch norm",
        "Wu and He 2018"),
    row(ProbeName::batch_variance_spread, "batch_variance_spread",
        "root mean square of a batch variance over the variance of all, minus 1; of each batch norm",
        "Wu and He 2018"),
    row(ProbeName::mean_drift, "mean_drift",
        "change of the mean of what enters a hidden unit's activation since the last moment, over its standard "
        "deviation then; mean over units of the absolute values", "Ioffe and Szegedy 2015"),
    row(ProbeName::sd_drift, "sd_drift", "the same for its standard deviation", "Ioffe and Szegedy 2015"),
    row(ProbeName::gate_entropy, "gate_entropy",
        "entropy of a mixture's gates in nats, mean over examples: 0 where one expert answers, ln(experts) where all "
        "answer alike"),
    row(ProbeName::expert_usage, "expert_usage", "mean gate of each expert", "Shazeer et al. 2017"),
    row(ProbeName::gate_maximum, "gate_maximum", "largest gate, mean over examples: 1 where the experts specialize",
        "Jacobs et al. 1991"),
    row(ProbeName::gradient_norm, "gradient_norm", "Euclidean norm of the gradient of each layer's weights"),
    row(ProbeName::signal_gradient_norm, "signal_gradient_norm",
        "Euclidean norm of the gradient of what each hidden layer's linear map (of a perceptron with its skip) or "
        "convolution puts out",
        "Glorot and Bengio 2010"),
    row(ProbeName::gradient_ratio, "gradient_ratio",
        "signal_gradient_norm of the first hidden layer over that of the last: below 1 gradients vanish",
        "Hochreiter 1991; Glorot and Bengio 2010"),
    row(ProbeName::weight_norm, "weight_norm", "Euclidean norm of the weights of each layer, without biases"),
    row(ProbeName::update_ratio, "update_ratio",
        "norm of the last step's change of each layer's weights over the norm of the weights before"),
    row(ProbeName::unit_distance, "unit_distance",
        "largest difference between weights of two units of a hidden layer (filters of a convolution) from the same "
        "input; 0: all are equal",
        "Goodfellow et al. 2016, section 8.4"),
    row(ProbeName::weight_rank, "weight_rank",
        "rank of each hidden layer's weights, a row for each unit or filter: singular values above max(in, out) * "
        "epsilon * the largest"),
    row(ProbeName::path_share, "path_share",
        "share of the gradient that arrives through each number of residual branches, estimated on 100 examples",
        "Veit et al. 2016"),
    row(ProbeName::path_length, "path_length", "mean number of branches that the gradient passes",
        "Veit et al. 2016"),
    row(ProbeName::path_reach, "path_reach", "number of branches within which 95 % of the gradient passes",
        "Veit et al. 2016"),
    row(ProbeName::path_factor, "path_factor", "factor on the norm of the gradient for every branch passed",
        "Veit et al. 2016"),
    row(ProbeName::input_condition, "input_condition",
        "at the end: condition number of the inputs' matrix of second moments; inf: singular",
        "LeCun et al. 1998, \"Efficient BackProp\""),
    row(ProbeName::symmetry_difference, "symmetry_difference",
        "at the end: largest change of an output when hidden units, channels or experts change places and, without a "
        "norm, tanh units signs, ReLU units scales", "Bishop 2006, section 5.1.1"),
    row(ProbeName::restored_difference, "restored_difference",
        "at the end: the monitored value, measured again on the weights that early stopping restored, minus the one "
        "recorded when they were kept: 0", "Prechelt 1998"),
    row(ProbeName::lesion_error, "lesion_error",
        "at the end: test error (or loss, in regression) with that many blocks deleted, mean of all single and of 10 "
        "random multiple deletions; a residual block leaves its shortcut, of a plain network go hidden layers (or "
        "blocks of a resnet) that keep the shape of their input", "Veit et al. 2016"),
    row(ProbeName::lesion_worst_error, "lesion_worst_error", "at the end: the worst of the single deletions",
        "Veit et al. 2016"),
    row(ProbeName::identity_tanh_symmetries, "identity_tanh_symmetries",
        "distinct weights of a tanh network 5-M-3 with equal outputs, among all orders and signs: M! 2^M",
        "Bishop 2006, section 5.1.1"),
    row(ProbeName::identity_relu_symmetries, "identity_relu_symmetries", "the same with ReLU: M!",
        "Bishop 2006, section 5.1.1"),
    row(ProbeName::identity_symmetry_difference, "identity_symmetry_difference",
        "largest difference between the outputs of those equivalent networks: 0", "Bishop 2006, section 5.1.1"),
    row(ProbeName::identity_relu_rescaling, "identity_relu_rescaling",
        "change of the outputs when ReLU units are multiplied by positive factors, outgoing weights divided: 0",
        "Neyshabur et al. 2015"),
    row(ProbeName::identity_default_init_bound, "identity_default_init_bound",
        "largest |w| sqrt(fan_in) of pytorch_default: at most 1", "nn.Linear of PyTorch 2"),
    row(ProbeName::identity_default_init_sd, "identity_default_init_sd",
        "standard deviation times sqrt(3 fan_in) of pytorch_default: 1", "nn.Linear of PyTorch 2"),
    row(ProbeName::identity_running_statistics, "identity_running_statistics",
        "running statistics minus exponential averages of batch means and unbiased variances: 0",
        "Ioffe and Szegedy 2015, algorithm 2"),
    row(ProbeName::identity_predicted_company, "identity_predicted_company",
        "change of an example's prediction under batch norm when its companions change: 0",
        "Ioffe and Szegedy 2015, algorithm 2"),
    row(ProbeName::identity_trained_company, "identity_trained_company",
        "the same in training: not 0", "Ioffe and Szegedy 2015, algorithm 1"),
    row(ProbeName::identity_synchronized, "identity_synchronized",
        "batch norm over K synchronized groups minus over the whole batch of 64: 0", "torch.nn.SyncBatchNorm"),
    row(ProbeName::identity_group_difference, "identity_group_difference",
        "root mean square of batch norm with each of K groups' own statistics minus over the whole batch: grows with K",
        "Goyal et al. 2017"),
    row(ProbeName::identity_variance_sum, "identity_variance_sum",
        "mean of K groups' variances plus variance of their means minus the variance of the batch: 0"),
    row(ProbeName::identity_layer_norm_groups, "identity_layer_norm_groups",
        "layer norm of K groups minus of the whole batch: 0", "Ba et al. 2016"),
    row(ProbeName::identity_batch_mean_noise, "identity_batch_mean_noise",
        "standard deviation of the means of batches of n, times sqrt(n): 1"),
    row(ProbeName::identity_batch_variance_noise, "identity_batch_variance_noise",
        "standard deviation of the unbiased variances of batches of n, times sqrt((n - 1) / 2): 1"),
    row(ProbeName::identity_norm_undone, "identity_norm_undone",
        "input minus batch norm with gamma = sqrt(variance + epsilon), beta = mean: 0",
        "Ioffe and Szegedy 2015, section 3"),
    row(ProbeName::identity_geometric_mean, "identity_geometric_mean",
        "probabilities of weight scaling minus the renormalized geometric mean over 2^M dropout masks: 0",
        "Warde-Farley et al. 2013"),
    row(ProbeName::identity_arithmetic_mean, "identity_arithmetic_mean",
        "probabilities of weight scaling minus the arithmetic mean over 2^M dropout masks: not 0",
        "Warde-Farley et al. 2013"),
    row(ProbeName::identity_path_sum, "identity_path_sum",
        "linear residual network of 10 blocks minus the sum over its 2^10 paths: 0", "Veit et al. 2016"),
    row(ProbeName::identity_path_counts, "identity_path_counts",
        "paths of each length minus the binomial coefficient: 0", "Veit et al. 2016"),
    row(ProbeName::identity_path_factor, "identity_path_factor",
        "factor on the norm of a path's output for every branch of gain 1/2: about 1/2", "Veit et al. 2016"),
    row(ProbeName::identity_ambiguity, "identity_ambiguity",
        "squared error of a mean of networks minus (their mean error - mean ambiguity): 0",
        "Krogh and Vedelsby 1995"),
};

}  // namespace

Choices choices_of(ProbeName) { return {"probe", probes}; }

}  // namespace descent::config
