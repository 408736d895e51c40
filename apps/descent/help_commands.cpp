// Commands about the keys of experiments: schema, explain, list.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "claims/help.h"
#include "config/write.h"
#include "core/error.h"
#include "core/text.h"
#include "descent/commands.h"

namespace descent {
namespace {

using Json = nlohmann::ordered_json;

Json choices_json(const config::Choices& choices) {
  Json rows = Json::array();
  for (const config::Choice& choice : choices.table)
    rows.push_back({{"name", choice.name}, {"help", choice.help}, {"source", choice.source}});
  return rows;
}

const config::Topic& topic_named(const std::string& name) {
  std::vector<std::string> names;
  for (const config::Topic& topic : config::topics()) {
    if (topic.name == name) return topic;
    names.emplace_back(topic.name);
  }
  throw core::InputError(core::unknown("topic", name, names));
}

}  // namespace

int show_schema(CommandLine&) {
  fmt::print("{}", config::json_schema());
  return 0;
}

int explain(CommandLine& line) {
  const std::string key = line.words.empty() ? "" : line.words[0];
  std::string text = config::explain(key);  // also checks the key
  if (key == "claims") text += claims::language_help();
  if (!line.options.json) {
    fmt::print("{}", text);
    return 0;
  }
  Json all = Json::object();
  for (const std::string& path : config::key_paths())
    if (key.empty() || path == key || path.starts_with(key + ".")) all[path] = config::explain(path);
  fmt::print("{}\n", all.dump(2));
  return 0;
}

int list(CommandLine& line) {
  if (!line.words.empty()) {
    const config::Topic& topic = topic_named(line.words[0]);
    fmt::print("{}",
               line.options.json ? choices_json(topic.choices).dump(2) + "\n" : config::choices_text(topic.choices));
    return 0;
  }
  Json all = Json::object();
  for (const config::Topic& topic : config::topics()) {
    all[std::string(topic.name)] = choices_json(topic.choices);
    if (!line.options.json) fmt::print("{}\n", topic.name);
  }
  if (line.options.json) fmt::print("{}\n", all.dump(2));
  return 0;
}

}  // namespace descent
