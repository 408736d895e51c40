#pragma once
// Checks of combinations of keys.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "config/reader.h"

namespace descent::config {

struct Conflict {
  std::vector<std::string_view> paths;  // the key to report, then the other keys involved
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

// Returns all conflicts between the keys of an experiment.
Conflicts check(const Experiment& experiment, const GivenKeys& given);

// The keys that give each seed different test examples, so that predictions cannot be compared between seeds.
std::vector<std::string_view> keys_varying_test_examples(const Data& data);

// Parts of check().
bool check_data(const Experiment& experiment, Conflicts& found);  // false if the sizes of the splits are invalid
void check_model(const Experiment& experiment, Conflicts& found);
void check_probes(const Experiment& experiment, Conflicts& found);

}  // namespace descent::config
