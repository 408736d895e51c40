#pragma once
// From an experiment file to typed experiments: parse, overrides, fields, cross-checks; all problems in one
// pass.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "core/error.h"

namespace descent::config {

class Problems;

// Of an experiment file.
inline constexpr std::uint64_t most_file_bytes = 16 << 20;

// One assignment of the factors, values as JSON text, in the order of Document::factors.
using Assignment = std::vector<std::string>;

// A whole experiment file: the typed base and what the sweep makes of it.
struct Document {
  std::string file{};                     // as the user named it
  std::string origin{};                   // the experiment file, absolute; of results the one that they come from
  Experiment base{};                      // without the sweep
  std::vector<std::string> factors{};     // paths: "model.width", first seen first
  std::vector<Assignment> assignments{};  // one per point; a single empty one without a sweep
  std::vector<Experiment> points{};       // typed and checked, parallel to `assignments`
  core::Problem in_model{};               // the place of "model", for what only its layers show
};

// What the command line changes: --set, --sweep, --seeds, in this order of application.
struct Overrides {
  std::vector<std::string> set{};    // "train.optimizer.lr=0.1"
  std::vector<std::string> sweep{};  // "model.width=4,8,16"; replaces or adds a factor of a product
  std::string seeds{};               // count or list; empty: as in the file
};

// Looks for more problems in a document; its points are there when the sweep could be read.
using FurtherCheck = std::function<void(const Document&, Problems&)>;

// Throws InputError with every problem found, by `further` too.
Document read_document(const std::string& file, const Overrides& overrides = {}, const FurtherCheck& further = {});
Document read_document_text(std::string_view text, const std::string& file, const Overrides& overrides = {},
                            const FurtherCheck& further = {});

}  // namespace descent::config
