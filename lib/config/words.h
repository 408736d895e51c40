#pragma once
// Keys and choices by the names that people bring: short ones ("lr"), and those of other programs ("kaiming_normal").

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/choices.h"

namespace descent::config {

// Names of other programs and what they are here: a key, and for a choice its name. Without a key, `choice` is advice.
struct Synonyms {
  std::string_view path, choice;
  std::string_view words;  // in lower case, without '_' and '-', with blanks between

  bool contain(std::string_view word) const;
};
std::span<const Synonyms> synonyms();

// The paths that a name may stand for: of those that end with it, the ones with the fewest sections around them.
// "width" stands for "model.width", a whole path for itself, "features" for two.
std::vector<std::string> paths_named(std::string_view name);

// The only one of them; otherwise the name itself.
std::string full_path(std::string_view name);

// What to say of a name that is no key here, such as "accuracy"; empty, or "; ...".
std::string advice_on(std::string_view name);

// The shortest name that stands for the path: "width", "norm" for "model.norm.kind", "norm.momentum".
std::string short_name(const std::string& path);

// Why a name stands for no path, with what may have been meant:
// unknown key "learning_rate"; did you mean "train.optimizer.lr"?
std::string unknown_path(std::string_view name);

// The same of a member of a section of the file, "" for the whole file, that has these keys.
std::string unknown_key(std::string_view name, const std::string& section, std::span<const std::string> keys);

// unknown device "gpu"; did you mean "cuda"? (one of cpu, cuda, auto, cuda:N)
std::string unknown_choice(std::string_view word, const std::vector<std::string>& names, std::string_view name,
                           std::string_view listed);
std::string unknown_choice(const Choices& choices, std::string_view name);

// The names of a table where they are few: "one of none, batch"; otherwise where they are listed: "descent list
// probes".
std::string names_text(const Choices& choices);

}  // namespace descent::config
