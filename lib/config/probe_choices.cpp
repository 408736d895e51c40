#include "config/choices.h"

namespace descent::config {

constexpr Choice probes[] = {
    {ProbeName::activation_mean, "activation_mean", "mean of each hidden layer's activations"},
    {ProbeName::activation_variance, "activation_variance",
     "variance of activations across examples, mean over the units of each hidden layer; a unit of a convolution is "
     "a channel, across examples and places", "He et al. 2015"},
    {ProbeName::variance_factor, "variance_factor",
     "activation_variance of each hidden layer over that of the layer below", "He et al. 2015"},
    {ProbeName::saturated_fraction, "saturated_fraction",
     "share of activations where the function is flat: |tanh| > 0.97, |2 sigmoid - 1| > 0.97, ReLU = 0",
     "Glorot and Bengio 2010"},
    {ProbeName::dead_fraction, "dead_fraction",
     "share of ReLU units that are 0 for every example (channels: and at every place)", "Maas et al. 2013"},
    {ProbeName::batch_mean_spread, "batch_mean_spread",
     "root mean square of a batch mean minus the mean of all, over the standard deviation; of each batch norm",
     "Wu and He 2018"},
    {ProbeName::batch_variance_spread, "batch_variance_spread",
     "root mean square of a batch variance over the variance of all, minus 1; of each batch norm", "Wu and He 2018"},
    {ProbeName::mean_drift, "mean_drift",
     "change of the mean of what enters a hidden unit's activation since the last moment, over its standard "
     "deviation then; mean over units of the absolute values", "Ioffe and Szegedy 2015"},
    {ProbeName::sd_drift, "sd_drift", "the same for its standard deviation", "Ioffe and Szegedy 2015"},
    {ProbeName::gate_entropy, "gate_entropy",
     "entropy of a mixture's gates in nats, mean over examples: 0 where one expert answers, ln(experts) where all "
     "answer alike"},
    {ProbeName::expert_usage, "expert_usage", "mean gate of each expert", "Shazeer et al. 2017"},
    {ProbeName::gate_maximum, "gate_maximum", "largest gate, mean over examples: 1 where the experts specialize",
     "Jacobs et al. 1991"},
    {ProbeName::gradient_norm, "gradient_norm", "Euclidean norm of the gradient of each layer's weights"},
    {ProbeName::signal_gradient_norm, "signal_gradient_norm",
     "Euclidean norm of the gradient of what each hidden layer's linear map (of a perceptron with its skip) or "
     "convolution puts out", "Glorot and Bengio 2010"},
    {ProbeName::gradient_ratio, "gradient_ratio",
     "signal_gradient_norm of the first hidden layer over that of the last: below 1 gradients vanish",
     "Hochreiter 1991; Glorot and Bengio 2010"},
    {ProbeName::weight_norm, "weight_norm", "Euclidean norm of the weights of each layer, without biases"},
    {ProbeName::update_ratio, "update_ratio",
     "norm of the last step's change of each layer's weights over the norm of the weights before"},
    {ProbeName::unit_distance, "unit_distance",
     "largest difference between weights of two units of a hidden layer (filters of a convolution) from the same "
     "input; 0: all are equal", "Goodfellow et al. 2016, section 8.4"},
    {ProbeName::weight_rank, "weight_rank",
     "rank of each hidden layer's weights, a row for each unit or filter: singular values above max(in, out) * "
     "epsilon * the largest"},
    {ProbeName::path_share, "path_share",
     "share of the gradient that arrives through each number of residual branches, estimated on 100 examples",
     "Veit et al. 2016"},
    {ProbeName::path_length, "path_length", "mean number of branches that the gradient passes", "Veit et al. 2016"},
    {ProbeName::path_reach, "path_reach", "number of branches within which 95 % of the gradient passes",
     "Veit et al. 2016"},
    {ProbeName::path_factor, "path_factor", "factor on the norm of the gradient for every branch passed",
     "Veit et al. 2016"},
    {ProbeName::input_condition, "input_condition",
     "at the end: condition number of the inputs' matrix of second moments; inf: singular",
     "LeCun et al. 1998, \"Efficient BackProp\""},
    {ProbeName::symmetry_difference, "symmetry_difference",
     "at the end: largest change of an output when hidden units, channels or experts change places and, without a "
     "norm, tanh units signs, ReLU units scales", "Bishop 2006, section 5.1.1"},
    {ProbeName::restored_difference, "restored_difference",
     "at the end: the monitored value, measured again on the weights that early stopping restored, minus the one "
     "recorded when they were kept: 0", "Prechelt 1998"},
    {ProbeName::lesion_error, "lesion_error",
     "at the end: test error (or loss, in regression) with that many blocks deleted, mean of all single and of 10 "
     "random multiple deletions; a residual block leaves its shortcut, of a plain network go hidden layers (or "
     "blocks of a resnet) that keep the shape of their input", "Veit et al. 2016"},
    {ProbeName::lesion_worst_error, "lesion_worst_error", "at the end: the worst of the single deletions",
     "Veit et al. 2016"},
};
Choices choices_of(ProbeName) { return {"probe", probes}; }

}  // namespace descent::config
