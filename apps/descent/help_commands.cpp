// Commands about the keys of experiments and the command line: schema, explain, list; completion in shells, whose
// scripts call `descent complete`, so that the candidates follow from the declared commands, keys and choices.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "claims/syntax.h"
#include "config/key_names.h"
#include "config/keys.h"
#include "config/write.h"
#include "core/error.h"
#include "core/text.h"
#include "descent/commands.h"
#include "report/table.h"
#include "store/columns.h"

namespace descent {
namespace {

using report::Json;

Json choices_json(const config::Choices& choices) {
  Json rows = Json::array();
  for (const config::Choice& choice : choices.table)
    rows.push_back({{"name", choice.name}, {"help", choice.help}, {"source", choice.source}});
  return rows;
}

// The columns of curves.csv and summary.csv.
Json columns_json() {
  Json rows = Json::array();
  const auto add = [&](store::Table table, auto columns) {
    for (const auto& column : columns)
      rows.push_back({{"file", store::file_name(table)}, {"name", column.name}, {"help", column.help}});
  };
  add(store::Table::curves, store::curve_columns());
  add(store::Table::summary, store::summary_columns());
  return rows;
}

std::string columns_text() {
  std::string text, file;
  for (const Json& column : columns_json()) {
    if (column["file"] != file) text += fmt::format("{}{}:\n", file.empty() ? "" : "\n", std::string(column["file"]));
    file = column["file"];
    text += fmt::format("  {:<30}  {}\n", std::string(column["name"]), std::string(column["help"]));
  }
  return text +
         "\npoints.csv has n, n_diverged and, for each number of summary.csv, <column>_mean, _sd, _low and _high.\n";
}

// The help of a key or, if no such key exists, of a column of the results.
std::string explanation(const std::string& name) {
  const std::string column = store::column_help(name);
  if (!column.empty() && !config::find_key(config::default_keys(), config::full_path(name)))
    return fmt::format("{}: {} (a column of the results; descent list columns)\n", name, column);
  return config::explain(name);
}

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

// The choices of a key, if it has any.
Words values_of(std::string_view path) {
  const config::Key* key = config::find_key(config::default_keys(), config::full_path(path));
  if (const config::Key* abbreviated = key ? config::shorthand_of(*key) : nullptr) key = abbreviated;
  if (!key) return {};
  const auto* field = std::get_if<config::Field>(&key->slot);
  if (!field || field->max_size > 0) return {};
  return field->type == config::ValueType::boolean ? Words{"true", "false"} : field->choices.names();
}

// The candidates for `--set` and `--sweep`: first keys with '=', then the choices of the key.
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

// The candidates for the last of `words`; if there are none, the shell completes file names.
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
  if (words[0] == "export") return export_kinds;
  if (words[0] == "completion") return completion_shells();
  return {};
}

}  // namespace

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const config::Topic& topic : config::topics()) names.emplace_back(topic.name);
  names.emplace_back("columns");
  return names;
}

int show_schema(Options&) {
  fmt::print("{}", config::json_schema());
  return 0;
}

int explain(Options& options) {
  const std::string key = options.words.empty() ? "" : options.words[0];
  std::string text = explanation(key);  // also checks the name
  if (key == "claims") text += claims::language_help();
  if (!options.json) {
    fmt::print("{}", text);
    return 0;
  }
  Json all = Json::object();
  for (const std::string& path : config::key_paths())
    if (key.empty() || config::lies_in(path, config::full_path(key))) all[path] = config::explain(path);
  if (all.empty()) all[key] = text;
  fmt::print("{}\n", all.dump(2));
  return 0;
}

int list(Options& options) {
  if (options.words.empty() && !options.json) {
    fmt::print("{}\n", core::join(topic_names(), "\n"));
    return 0;
  }
  const std::string topic = options.words.empty() ? "" : options.words[0];
  Json all = Json::object();
  std::string text;
  for (const config::Topic& each : config::topics()) {
    all[std::string(each.name)] = choices_json(each.choices);
    if (each.name == topic) text = config::choices_text(each.choices);
  }
  all["columns"] = columns_json();
  if (topic == "columns") text = columns_text();
  if (!topic.empty() && !all.contains(topic)) throw core::InputError(core::unknown("topic", topic, topic_names()));
  fmt::print("{}", options.json ? (topic.empty() ? all : all[topic]).dump(2) + "\n" : text);
  return 0;
}

std::vector<std::string> completion_shells() {
  Words names;
  for (const auto& [name, script] : scripts) names.push_back(name);
  return names;
}

int print_completion(Options& options) {
  fmt::print("{}", scripts.at(options.words[0]));
  return 0;
}

int complete(Options& options) {
  CLI::App app;
  Options ignored;
  configure(app, ignored);
  const Words words = options.words.empty() ? Words{""} : options.words;
  for (const std::string& candidate : candidates(app, words))
    if (candidate.starts_with(words.back())) fmt::print("{}\n", candidate);
  return 0;
}

}  // namespace descent
