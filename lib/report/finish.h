#pragma once
// How `descent run` begins and ends: what a changed experiment means for the results that are there; in both programs
// merged CSVs, points.csv, the table of points.

#include <cstddef>
#include <optional>
#include <string>

#include "config/read.h"
#include "plan/shard.h"
#include "store/results.h"

namespace descent::report {

// "train.epochs: 20 -> 30 changes 18 finished runs; ..." compared with the experiment that the folder holds; empty
// where no finished run is lost by a changed key.
std::string changes_text(const store::Results& results, const config::Document& now, const plan::Plan& plan);

struct FinishOptions {
  bool csv_to_stdout = false;  // curves.csv on stdout; the table then goes to stderr
  bool no_color = false;
  std::optional<std::size_t>
      trained{};        // runs trained by this start; the report then counts reused, new and stale runs
  plan::Shard shard{};  // whose runs should be there
};

// Merges, writes points.csv, prints the table and the location of the files. Returns the exit status:
// `ok`, or `failed` while runs of the shard are missing.
int finish(const store::Results& results, const plan::Plan& plan, const FinishOptions& options);

}  // namespace descent::report
