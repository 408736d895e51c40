#pragma once
// Reading of experiment files: parsing, overrides, typed values and checks. Reports all problems in one pass.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "core/error.h"

namespace descent::config {

class Problems;

// Maximum size of an experiment file.
inline constexpr std::uint64_t max_file_bytes = 16 << 20;

// The values of all factors at a point as JSON text, in the order of Document::factors.
using Assignment = std::vector<std::string>;

// An experiment file with the points of its sweep.
struct Document {
  std::string file{};                     // as given by the user
  std::string origin{};                   // absolute path of the experiment file; for results, of the original one
  Experiment base{};                      // without the sweep
  std::vector<std::string> factors{};     // paths such as "model.width", in the order of the sweep
  std::vector<Assignment> assignments{};  // one per point; without a sweep, one empty assignment
  std::vector<Experiment> points{};       // typed and checked, parallel to `assignments`
  core::Problem in_model{};               // the position of "model", for problems that are found later
};

// Changes by the command line: --set, --sweep and --seeds, applied in this order.
struct Overrides {
  std::vector<std::string> set{};    // "train.optimizer.lr=0.1"
  std::vector<std::string> sweep{};  // "model.width=4,8,16"; replaces or adds a factor
  std::string seeds{};               // count or list; empty: as in the file
};

// Adds further problems of a document. It has points only if the sweep is valid.
using FurtherCheck = std::function<void(const Document&, Problems&)>;

// Throw InputError with all problems found, including those of `further`.
Document read_document(const std::string& file, const Overrides& overrides = {}, const FurtherCheck& further = {});
Document read_document_text(std::string_view text, const std::string& file, const Overrides& overrides = {},
                            const FurtherCheck& further = {});

}  // namespace descent::config
