#pragma once
// Describes the data of an experiment to the user.

#include <cstdint>
#include <string>
#include <vector>

#include "config/experiment.h"

namespace descent::data {

struct Summary {
  std::string text;                   // two lines: examples, features and labels; task and parts
  std::vector<std::string> warnings;  // probable mistakes
};

// Describes the parts of the run with this seed.
Summary summarize(const config::Experiment& experiment, std::int64_t seed);

}  // namespace descent::data
