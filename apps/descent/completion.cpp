// Shell completion. The scripts only call `descent complete`, so that what they offer follows from the declared
// commands, keys and choices.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "config/keys.h"
#include "config/words.h"
#include "config/write.h"
#include "descent/commands.h"

namespace descent {
namespace {

using Words = std::vector<std::string>;

const std::map<std::string, std::string_view> scripts{
    {"bash", R"script(_descent() {
  local words
  read -ra words <<< "${COMP_LINE:0:COMP_POINT}"
  [[ ${COMP_LINE:COMP_POINT-1:1} == ' ' ]] && words+=('')
  mapfile -t COMPREPLY < <(descent complete -- "${words[@]:1}" 2> /dev/null)
  [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
  # bash treats what follows the equals sign as a separate word
  [[ ${words[-1]} == *=* ]] && COMPREPLY=("${COMPREPLY[@]#*=}")
}
complete -o default -F _descent descent
)script"},
    {"zsh", R"script(#compdef descent
_descent() {
  local -a found
  found=(${(f)"$(descent complete -- "${(@)words[2,CURRENT]}" 2> /dev/null)"})
  if (( ! $#found )); then
    _files
  elif [[ $found[1] == *= ]]; then
    compadd -Q -S '' -- $found
  else
    compadd -Q -- $found
  fi
}
compdef _descent descent
)script"},
    {"fish", R"script(function __descent_complete
  set -l found (descent complete -- (commandline -opc)[2..] (commandline -ct) 2> /dev/null)
  if set -q found[1]
    printf '%s\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c descent -f -a '(__descent_complete)'
)script"},
};

// What the values of a key may be, where it has a list of them.
Words values_of(std::string_view path) {
  const config::Key* key = config::find_key(config::default_keys(), config::full_path(path));
  if (const config::Key* abbreviated = key ? config::shorthand_of(*key) : nullptr) key = abbreviated;
  if (!key) return {};
  const auto* field = std::get_if<config::Field>(&key->slot);
  if (!field || field->longest > 0) return {};
  return field->type == config::ValueType::boolean ? Words{"true", "false"} : field->choices.names();
}

// `--set` and `--sweep`: first a key and '=', then its values.
Words assignments(const std::string& word) {
  Words found;
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) {
    for (const std::string& path : config::key_paths()) found.push_back(path + "=");
    return found;
  }
  const std::size_t start = std::max(equals, word.rfind(',') == std::string::npos ? 0 : word.rfind(',')) + 1;
  for (const std::string& value : values_of(std::string_view(word).substr(0, equals)))
    found.push_back(word.substr(0, start) + value);
  return found;
}

// The candidates for the last of `words`; none means a file name.
Words candidates(const CLI::App& app, const Words& words) {
  Words found;
  if (words.size() == 1) {
    for (const CLI::App* command : app.get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); }))
      found.push_back(command->get_name());
    return found;
  }
  const std::string& word = words.back();
  const std::string& before = words[words.size() - 2];
  if (before == "--engine" || before == "--device") return values_of(before.substr(2));
  if (before == "--set" || before == "--sweep") return assignments(word);
  if (word.starts_with("-")) {
    for (const CLI::App* command : app.get_subcommands([&](const CLI::App* c) { return c->get_name() == words[0]; }))
      for (const CLI::Option* option : command->get_options())
        for (const std::string& name : option->get_lnames()) found.push_back("--" + name);
    return found;
  }
  if (words.size() > 2) return {};
  if (words[0] == "explain") return config::key_paths();
  if (words[0] == "list") return topic_names();
  if (words[0] == "export") return {"model"};
  if (words[0] == "completion") return completion_shells();
  return {};
}

}  // namespace

std::vector<std::string> completion_shells() {
  Words names;
  for (const auto& [name, script] : scripts) names.push_back(name);
  return names;
}

int print_completion(CommandLine& line) {
  fmt::print("{}", scripts.at(line.words[0]));
  return 0;
}

int complete(CommandLine& line) {
  CLI::App app;
  CommandLine ignored;
  configure(app, ignored);
  const Words words = line.words.empty() ? Words{""} : line.words;
  for (const std::string& candidate : candidates(app, words))
    if (candidate.starts_with(words.back())) fmt::print("{}\n", candidate);
  return 0;
}

}  // namespace descent
