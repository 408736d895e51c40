#pragma once
// Finding keys and choices by short names ("lr") and by names from other libraries ("kaiming_normal").

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/choices.h"

namespace descent::config {

// Names from other libraries and their equivalents: a key and, for a choice, its name. Without a key, `choice` is
// advice.
struct Synonyms {
  std::string_view path, choice;
  std::string_view words;  // lower case, without '_' and '-', separated by spaces

  bool contain(std::string_view word) const;
};
std::span<const Synonyms> synonyms();

// Returns the paths that end with `name` and are in the fewest nested sections. "width" gives "model.width", a full
// path itself, "features" two paths.
std::vector<std::string> paths_named(std::string_view name);

// Returns the path if it is unique, or else `name`.
std::string full_path(std::string_view name);

// Advice on a name that has no equivalent key, such as "accuracy": "; ...", or empty.
std::string advice_on(std::string_view name);

// The shortest name for a path: "width", "norm" for "model.norm.kind", "norm.momentum".
std::string short_name(const std::string& path);

// Error message for a name that does not identify a path, with suggestions:
// unknown key "learning_rate"; did you mean "train.optimizer.lr"?
std::string unknown_path(std::string_view name);

// Like unknown_path(), for a member of the section `section` of the file ("" for the top level) with the keys `keys`.
std::string unknown_key(std::string_view name, const std::string& section, std::span<const std::string> keys);

// Error message for an unknown choice: unknown device "gpu"; did you mean "cuda"? (one of cpu, cuda, auto, cuda:N)
std::string unknown_choice(std::string_view noun, const std::vector<std::string>& names, std::string_view name,
                           std::string_view listed);
std::string unknown_choice(const Choices& choices, std::string_view name);

// The names of a short table, "one of none, batch", or the command that lists them, "descent list probes".
std::string names_text(const Choices& choices);

}  // namespace descent::config
