#pragma once
// What Descent understood of the data, for a person.

#include <cstdint>
#include <string>
#include <vector>

#include "config/experiment.h"

namespace descent::data {

struct Summary {
  std::string text;                   // examples, features, labels; then the task and the parts: two lines
  std::vector<std::string> warnings;  // what is probably a mistake
};

// The parts are those of the run with this seed.
Summary summarize(const config::Experiment& experiment, std::int64_t seed);

}  // namespace descent::data
