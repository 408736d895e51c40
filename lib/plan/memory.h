#pragma once
// Estimates the memory of training, so that experiments that cannot fit are refused before they start.

#include <cstddef>
#include <string>

#include "plan/plan.h"

namespace descent::plan {

// The number of moments of an optimizer: state arrays as large as the parameters.
std::int64_t moment_count(const config::Optimizer& optimizer);

// Lower bounds in bytes: for the examples, which runs share, and for training one network: parameters, gradients,
// moments, the weights that early stopping keeps and the activations of a batch.
struct Memory {
  double data, network;
  double total(std::size_t jobs) const { return data + static_cast<double>(jobs) * network; }
};
Memory memory_of(const config::Experiment& experiment);

// The number of runs that fit into `limit` bytes at the same time, at least 1; counts only runs on the CPU.
std::size_t jobs_that_fit(const Plan& plan, double limit);

// Throws InputError if `jobs` runs of the experiment `file` do not fit into memory at the same time.
void check_memory(const Plan& plan, const std::string& file, std::size_t jobs, double limit);

// "1.5 GiB"
std::string memory_text(double bytes);

}  // namespace descent::plan
