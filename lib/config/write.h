#pragma once
// From typed experiments back to text: resolved files, identity, schema, help.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/data_facts.h"
#include "config/json.h"
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

// experiment.json of a results folder: the experiment with all defaults filled and, as "$results", the file that it
// comes from, the facts of its data, so that finished results can be read without the data, and a checksum.
inline constexpr std::string_view resolved_file = "experiment.json", results_key = "$results";

// Where an experiment comes from.
struct Origin {
  std::filesystem::path file;  // absolute; paths in the experiment are relative to its folder
  // The recorded facts by source_key(data).
  std::map<std::string, std::shared_ptr<const DataFacts>> facts{};

  // Makes the path of the data absolute, with the facts that are recorded for them.
  void resolve(Data& data) const;
};

// Of an experiment file that holds `root`: what "$results" says, otherwise the file itself. InputError where
// "$results" is not as Descent wrote it.
Origin origin_of(const Json& root, const std::string& file);

// The text of experiment.json in the folder `folder`.
std::string write_resolved(const Document& document, const std::filesystem::path& folder);

// InputError where the results in `folder` are of another experiment file than the document, and that file is there.
void check_owner(const std::filesystem::path& folder, const Document& document);

}  // namespace descent::config
