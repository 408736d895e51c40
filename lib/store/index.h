#pragma once
// Locates the rows of the runs of a plan. Parts never change, so each is read and verified once.

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "plan/plan.h"
#include "store/parts.h"
#include "store/results.h"

namespace descent::store {

struct Results::Index {
  struct Location {
    std::size_t part;
    PartRun run;
    double seconds;  // training time of the run: an equal share of that of its part
  };
  std::mutex mutex;
  std::vector<std::optional<Location>> locations;  // parallel to Plan::runs
  std::vector<std::string> parts;                  // names of the parts that hold runs of the plan
  std::vector<StalePart> stale;
  std::vector<std::string> warnings;
  bool prepared = false;  // the folder exists

  // `plan` must outlive this.
  Index(std::filesystem::path parts_folder, const plan::Plan& plan);

  // Reads the parts that were added since the last call, renames damaged ones, and returns a lock on the mutex.
  [[nodiscard]] std::unique_lock<std::mutex> refreshed();

  std::filesystem::path folder_of(const Location& location) const { return folder_ / parts[location.part]; }

  // True if all of these runs belong to the plan and are finished.
  bool holds(const std::vector<RunResult>& results) const;

  // Readable names of the runs: "model.width=8 seed 0".
  std::vector<std::string> names_of(const std::vector<RunResult>& results) const;

  // Calls `visit` with the rows of each finished run, in plan order.
  void for_each_run(Table table, const std::function<void(std::size_t run, std::string_view rows)>& visit) const;

 private:
  std::vector<std::string> new_parts() const;
  void add(const std::string& name, Part part);
  void set_aside(const std::string& name, const std::string& reason);

  const plan::Plan& plan_;
  const std::filesystem::path folder_;
  std::unordered_map<std::string_view, std::size_t> run_of_;  // hash -> index into Plan::runs
  std::unordered_set<std::string> known_;                     // names of the parts already read
};

}  // namespace descent::store
