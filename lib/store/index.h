#pragma once
// Where the rows of the plan's runs lie. Parts never change, so each is read and verified once.

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
    double seconds;  // its share of the part's
  };
  std::mutex mutex;
  std::vector<std::optional<Location>> found;  // by run of the plan
  std::vector<std::string> parts;              // names of those that hold runs of the plan
  std::vector<StalePart> stale;
  std::vector<std::string> warnings;
  bool prepared = false;  // the folder was made or found

  // `plan` must outlive this.
  Index(std::filesystem::path parts_folder, const plan::Plan& plan);

  // Holds the mutex after reading the parts that have come since the last call; sets damaged ones aside.
  [[nodiscard]] std::unique_lock<std::mutex> refreshed();

  std::filesystem::path folder_of(const Location& location) const { return folder_ / parts[location.part]; }

  // Whether every one of these runs of the plan has its rows.
  bool holds(const std::vector<RunResult>& results) const;

  // "model.width=8 seed 0": the runs as people know them.
  std::vector<std::string> names_of(const std::vector<RunResult>& results) const;

  // Visits the finished runs in plan order with the bytes of their rows.
  void for_each_run(Table table, const std::function<void(std::size_t run, std::string_view rows)>& visit) const;

 private:
  std::vector<std::string> new_parts() const;
  void add(const std::string& name, Part part);
  void set_aside(const std::string& name, const std::string& reason);

  const plan::Plan& plan_;
  const std::filesystem::path folder_;
  std::unordered_map<std::string_view, std::size_t> run_of_;  // hash -> run of the plan
  std::unordered_set<std::string> known_;                     // names of the parts already read
};

}  // namespace descent::store
