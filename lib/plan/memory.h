#pragma once
// The memory that training needs, so that what cannot fit is refused before it starts.

#include <cstddef>
#include <string>

#include "plan/plan.h"

namespace descent::plan {

// How many moments, arrays as large as the parameters, an optimizer keeps.
std::int64_t moment_count(const config::Optimizer& optimizer);

// Bytes at least: of the examples, which runs share, and of one network in training: parameters, gradients, moments,
// kept weights and the activations of a batch.
struct Memory {
  double data, network;
  double with(std::size_t jobs) const { return data + static_cast<double>(jobs) * network; }
};
Memory memory_of(const config::Experiment& experiment);

// Runs that fit `limit` bytes at a time, at least 1; those on other devices than the CPU do not count.
std::size_t jobs_that_fit(const Plan& plan, double limit);

// Throws InputError where so many runs of the experiment `file` at a time do not fit.
void check_memory(const Plan& plan, const std::string& file, std::size_t jobs, double limit);

// "1.5 GiB"
std::string memory_text(double bytes);

}  // namespace descent::plan
