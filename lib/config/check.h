#pragma once
// Combinations of keys that cannot work, though each key alone could.

#include <string>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "config/reader.h"

namespace descent::config {

struct Finding {
  std::vector<std::string_view> paths;  // the key to blame, then the others that take part
  std::string message;
};

// Everything wrong with the keys of one experiment taken together.
std::vector<Finding> check(const Experiment& experiment, const Given& given);

// The keys that give every seed test examples of its own: what networks say of them cannot be compared.
std::vector<std::string_view> keys_of_other_tests(const Data& data);

// A part of it: whether each probe applies to the network.
void check_probes(const Experiment& experiment, std::vector<Finding>& found);

}  // namespace descent::config
