#pragma once
// manifest.json: what is needed to explain why the numbers of two machines differ, and how long it took.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace descent::report {

// Of this program: "0.1.0", and the commit it was built from, "-dirty" where files differed.
std::string_view version();
std::string_view git_hash();

struct ManifestFacts {
  std::vector<std::string> argv{};
  std::string libtorch_version{};               // from the program that links it
  std::vector<std::string> data{}, warnings{};  // what was understood of the data, and what is probably a mistake
  std::size_t jobs = 1;
  std::size_t runs_trained = 0;  // by this start; the others were there before
  double training_seconds = 0;   // summed over all parts
  std::chrono::system_clock::time_point start{};
  std::chrono::duration<double> elapsed{};  // by a clock that nobody sets back
};

// The text of manifest.json in the folder; empty where it is missing, unreadable or a link.
std::string read_manifest(const std::filesystem::path& folder);

// Whether the folder has a manifest of this plan.
bool has_manifest_of(const std::filesystem::path& folder, const plan::Plan& plan);

std::string manifest_json(const plan::Plan& plan, const ManifestFacts& facts);

}  // namespace descent::report
