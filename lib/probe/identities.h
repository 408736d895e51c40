#pragma once
// Statements of the course that hold exactly, each measured on a random instance drawn from a seed, in double
// precision and with the layers that the experiments train. A difference is the largest absolute one.

#include <cstdint>

#include "config/choices.h"

namespace descent::probe {

// --- Symmetries of a network 5-M-3 (Bishop 2006, section 5.1.1).
struct Symmetries {
  std::int64_t equivalent;  // distinct weight vectors, of all M! 2^M orders and signs of the units, with equal outputs
  double difference;        // of their outputs
};
Symmetries count_symmetries(config::Activation activation, std::int64_t units, std::uint64_t seed);
// Outputs before and after every ReLU unit is multiplied by a positive factor and its outgoing weights divided by it.
double rescaling_difference(std::int64_t units, std::uint64_t seed);

// --- The default initialization of nn.Linear: U(+-1/sqrt(fan_in)).
double default_init_bound(std::int64_t fan_in, std::uint64_t seed);  // largest |w| sqrt(fan_in): at most 1
double default_init_sd(std::int64_t fan_in, std::uint64_t seed);     // sd of w times sqrt(3 fan_in): 1

// --- Batch norm (Ioffe & Szegedy 2015).
// Running statistics against the exponential averages of batch means and unbiased batch variances.
double running_statistics_difference(std::uint64_t seed);
// One example's outputs in two different companies, as in prediction and as in training.
double predicted_company_difference(std::uint64_t seed);
double trained_company_difference(std::uint64_t seed);
// 64 examples over K devices: with shared statistics against the whole batch; with their own, root mean square.
double synchronized_difference(std::int64_t groups, std::uint64_t seed);
double group_difference(std::int64_t groups, std::uint64_t seed);
// mean(variance_k) + variance(mean_k) against the variance of the whole batch.
double variance_sum_difference(std::int64_t groups, std::uint64_t seed);
// Layer norm of the parts against that of the whole.
double layer_norm_group_difference(std::int64_t groups, std::uint64_t seed);
// Over many batches of n: sd of the mean times sqrt(n), sd of the unbiased variance times sqrt((n-1)/2): both 1.
double batch_mean_noise(std::int64_t n, std::uint64_t seed);
double batch_variance_noise(std::int64_t n, std::uint64_t seed);
// What enters each ReLU of a network with batch norm before it, gamma = 1 and beta = 0, against mean 0 and variance
// v / (v + epsilon), where v is the variance of the unit before the norm.
double normalized_unit_difference(std::uint64_t seed);
// gamma = sqrt(variance + epsilon), beta = mean give back the input.
double undone_norm_difference(std::uint64_t seed);

// --- Dropout of M hidden units at rate 1/2 as a mean over 2^M networks (Warde-Farley et al. 2013): probabilities of
// weight scaling against the renormalized geometric mean, and against the arithmetic mean.
double geometric_mean_difference(std::int64_t units, std::uint64_t seed);
double arithmetic_mean_difference(std::int64_t units, std::uint64_t seed);

// --- A linear residual network of 10 blocks as a sum over 2^10 paths (Veit et al. 2016).
struct Paths {
  double sum_difference;    // sum over all paths against the network
  double count_difference;  // paths by length against the binomial coefficients
  double factor_per_block;  // of the norm of a path's output, with branches of gain 1/2
};
Paths sum_paths(std::uint64_t seed);

// --- Linear regression of 60 examples on 30 features, the eigenvalues rho of X^T X / n from 4e-4 to 1.05, after t steps
// of gradient descent from 0 at rate eta = 0.2 (Bishop & Bishop 2023, section 9.3.1).

// Largest difference of a weight from U (1 - (1 - eta rho)^t) U^T w*.
double iterate_difference(std::int64_t steps, std::uint64_t seed);
// Share 1 - (1 - eta rho)^t of the way to w* along each eigenvector, against the share rho / (rho + alpha) of ridge
// regression with alpha = 1 / (eta t): for small eta rho at most max_x 1 / (1 + x) - exp(-x) = 0.2036.
double filter_difference(std::int64_t steps);

// --- Squared error of a mean of networks = mean error - mean ambiguity (Krogh & Vedelsby 1995).
double ambiguity_difference(std::uint64_t seed);

}  // namespace descent::probe
