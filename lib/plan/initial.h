#pragma once
// How large initial weights are, by formula; lib/models draws them so.

#include "plan/layers.h"

namespace descent::plan {

// Variance of the weights of a scheme with the gain 1, of the fans of a layer. 0 for zeros and constant.
double initial_variance(const config::Init& init, double fan_in, double fan_out);

// Standard deviation of the initial weights of a layer, not of a norm.
double initial_sd(const config::Init& init, const Layer& layer);

}  // namespace descent::plan
