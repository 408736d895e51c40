#pragma once
// Combinations of keys that cannot work, though each key alone could.

#include <string>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "config/reader.h"

namespace descent::config {

struct Conflict {
  std::vector<std::string_view> paths;  // the key to blame, then the others that take part
  std::string message;
};

// Everything wrong with the keys of one experiment taken together.
std::vector<Conflict> check(const Experiment& experiment, const Given& given);

// The keys that give every seed test examples of its own: what networks say of them cannot be compared.
std::vector<std::string_view> keys_of_other_tests(const Data& data);

// Its parts. The sizes of the data decide whether what depends on them can be checked at all.
bool check_data(const Experiment& experiment, std::vector<Conflict>& found);  // false: the sizes make no sense
void check_model(const Experiment& experiment, std::vector<Conflict>& found);
void check_train(const Experiment& experiment, bool sizes_fit, std::vector<Conflict>& found);
void check_probes(const Experiment& experiment, std::vector<Conflict>& found);  // whether each applies to the network
void check_ascending(std::string_view path, const std::vector<std::int64_t>& values, std::vector<Conflict>& found);

}  // namespace descent::config
