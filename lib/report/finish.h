#pragma once
// How `descent run` ends, in both programs: merged CSVs, points.csv, the table of points.

#include <cstddef>
#include <optional>

#include "plan/shard.h"
#include "store/results.h"

namespace descent::report {

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
