#pragma once
// From typed experiments back to text: resolved files, identity, schema, help.

#include <string>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "config/read.h"

namespace descent::config {

// The resolved experiment as indented JSON, all defaults filled, sweep as the list of its points
// (a union of single assignments), so that reading it again gives the same plan.
std::string write_document(const Document& document);

// Compact JSON of the keys that change numbers and differ from their defaults: what a run's hash covers.
std::string identity(const Experiment& experiment);

// Compact JSON of the keys in a section that have an effect and change numbers, defaults filled.
std::string section_json(const Experiment& experiment, std::string_view section);

// JSON Schema, draft 2020-12.
std::string json_schema();

// Help for a key ("model.init" or "init"), a section or, for "", all keys; InputError for an unknown one.
std::string explain(std::string_view path);

// Every key path, in order, for completion and listings: "data.name", "model.norm.kind".
std::vector<std::string> key_paths();

// A line for each choice: name, help, source.
std::string choices_text(const Choices& choices, std::size_t indent = 0);

// The choice tables by topic: data, models, activations, norms, initializers, optimizers, schedules, losses,
// ...
struct Topic {
  std::string_view name;
  Choices choices;
};
const std::vector<Topic>& topics();

}  // namespace descent::config
