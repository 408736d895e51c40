#pragma once
// Typed experiments as text: resolved files, hashed keys, schema, help.

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

// The resolved experiment as indented JSON: with all defaults, and the sweep as a list of its points (a union of single
// assignments). Reading it again gives the same plan.
std::string write_document(const Document& document);

// Compact JSON of the keys that change numbers and are not at their initial value; input of the hash of a run.
std::string identity(const Experiment& experiment);

// Compact JSON of the keys in a section that have an effect and change numbers, with defaults.
std::string section_json(const Experiment& experiment, std::string_view section);

// JSON Schema, draft 2020-12.
std::string json_schema();

// Help for a key ("model.init" or "init"), a section or, for "", all keys. Throws InputError for an unknown key.
std::string explain(std::string_view path);

// The paths of all keys, in order: "data.name", "model.norm.kind".
std::vector<std::string> key_paths();

// One line per choice: name, help, source.
std::string choices_text(const Choices& choices, std::size_t indent = 0);

// The tables of `descent list`.
struct Topic {
  std::string_view name;
  Choices choices;
};
const std::vector<Topic>& topics();

// experiment.json in a results folder: the resolved experiment and, as "$results", the original file, the facts about
// the data, so that finished results can be read without the data, and a checksum.
inline constexpr std::string_view resolved_file = "experiment.json", results_key = "$results";

// The original file of an experiment, and recorded facts about its data.
struct Provenance {
  std::filesystem::path file;  // absolute; paths in the experiment are relative to its folder
  std::map<std::string, std::shared_ptr<const DataFacts>> facts{};  // by source_key(data)

  // Makes the path of the data absolute and attaches the recorded facts.
  void resolve(Data& data) const;
};

// Reads "$results" in the contents `root` of an experiment file; without it, the file is the original. Throws
// InputError if "$results" was modified.
Provenance provenance_of(const Json& root, const std::string& file);

// The contents of experiment.json in the results folder `folder`.
std::string write_resolved(const Document& document, const std::filesystem::path& folder);

// Throws InputError if the results in `folder` belong to another experiment file, which still exists.
void check_owner(const std::filesystem::path& folder, const Document& document);

}  // namespace descent::config
