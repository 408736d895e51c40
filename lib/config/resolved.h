#pragma once
// experiment.json of a results folder: the experiment with all defaults filled and, as "$results", the file that it
// comes from, the facts of its data, so that finished results can be read without the data, and a checksum.

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "config/data_facts.h"
#include "config/json.h"
#include "config/read.h"

namespace descent::config {

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
