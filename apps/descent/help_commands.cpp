// Commands about the keys of experiments: schema, explain, list.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "claims/words.h"
#include "config/keys.h"
#include "config/words.h"
#include "config/write.h"
#include "core/error.h"
#include "core/text.h"
#include "descent/commands.h"
#include "store/columns.h"

namespace descent {
namespace {

using Json = nlohmann::ordered_json;

Json choices_json(const config::Choices& choices) {
  Json rows = Json::array();
  for (const config::Choice& choice : choices.table)
    rows.push_back({{"name", choice.name}, {"help", choice.help}, {"source", choice.source}});
  return rows;
}

// The columns of the tables that hold a row for each run or evaluation.
struct ColumnHelp {
  std::string_view file;
  std::string name, help;
};

std::vector<ColumnHelp> column_helps() {
  std::vector<ColumnHelp> all;
  const auto add = [&](store::Table table, auto columns) {
    for (const auto& column : columns) all.push_back({store::file_name(table), column.name, column.help});
  };
  add(store::Table::curves, store::curve_columns());
  add(store::Table::summary, store::summary_columns());
  return all;
}

std::string columns_text() {
  std::string text;
  std::string_view file;
  for (const ColumnHelp& column : column_helps()) {
    if (column.file != file) text += fmt::format("{}{}:\n", file.empty() ? "" : "\n", column.file);
    file = column.file;
    text += fmt::format("  {:<30}  {}\n", column.name, column.help);
  }
  return text + "\npoints.csv has n, n_diverged and <column>_mean, _sd, _low, _high of the numbers of summary.csv.\n";
}

Json columns_json() {
  Json rows = Json::array();
  for (const ColumnHelp& column : column_helps())
    rows.push_back({{"file", column.file}, {"name", column.name}, {"help", column.help}});
  return rows;
}

// Of a key; of a column of the results where there is no such key.
std::string explanation(const std::string& name) {
  const std::string column = store::column_help(name);
  if (!column.empty() && !config::find_key(config::default_keys(), config::full_path(name)))
    return fmt::format("{}: {} (a column of the results; descent list columns)\n", name, column);
  return config::explain(name);
}

const config::Topic& topic_named(const std::string& name) {
  const auto found = std::ranges::find(config::topics(), name, &config::Topic::name);
  if (found == config::topics().end()) throw core::InputError(core::unknown("topic", name, topic_names()));
  return *found;
}

}  // namespace

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const config::Topic& topic : config::topics()) names.emplace_back(topic.name);
  names.emplace_back("columns");
  return names;
}

int show_schema(CommandLine&) {
  fmt::print("{}", config::json_schema());
  return 0;
}

int explain(CommandLine& line) {
  const std::string key = line.words.empty() ? "" : line.words[0];
  std::string text = explanation(key);  // also checks the name
  if (key == "claims") text += claims::language_help();
  if (!line.json) {
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

int list(CommandLine& line) {
  if (!line.words.empty() && line.words[0] == "columns") {
    fmt::print("{}", line.json ? columns_json().dump(2) + "\n" : columns_text());
    return 0;
  }
  if (!line.words.empty()) {
    const config::Topic& topic = topic_named(line.words[0]);
    fmt::print("{}", line.json ? choices_json(topic.choices).dump(2) + "\n" : config::choices_text(topic.choices));
    return 0;
  }
  Json all = Json::object();
  for (const config::Topic& topic : config::topics()) {
    all[std::string(topic.name)] = choices_json(topic.choices);
    if (!line.json) fmt::print("{}\n", topic.name);
  }
  all["columns"] = columns_json();
  if (line.json) fmt::print("{}\n", all.dump(2));
  else fmt::print("columns\n");
  return 0;
}

}  // namespace descent
