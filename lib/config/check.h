#pragma once
// Combinations of keys that cannot work, though each key alone could.

#include <fmt/format.h>

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

struct Conflicts : std::vector<Conflict> {
  void add(std::vector<std::string_view> paths, std::string message) {
    push_back({std::move(paths), std::move(message)});
  }
  template <class First, class... Rest>
  void add(std::vector<std::string_view> paths, fmt::format_string<First, Rest...> text, First&& first,
           Rest&&... rest) {
    push_back({std::move(paths), fmt::format(text, std::forward<First>(first), std::forward<Rest>(rest)...)});
  }
};

// Everything wrong with the keys of one experiment taken together.
Conflicts check(const Experiment& experiment, const Given& given);

// The keys that give every seed test examples of its own: what networks say of them cannot be compared.
std::vector<std::string_view> keys_of_other_tests(const Data& data);

// Its parts.
bool check_data(const Experiment& experiment, Conflicts& found);  // false: the sizes of the data make no sense
void check_model(const Experiment& experiment, Conflicts& found);
void check_probes(const Experiment& experiment, Conflicts& found);  // whether each applies to the network

}  // namespace descent::config
