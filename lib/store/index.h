#pragma once
// Where the rows of the plan's runs lie. Parts never change, so each is read and verified once.

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plan/plan.h"
#include "store/parts.h"
#include "store/results.h"

namespace descent::store {

struct Results::Index {
  struct Location {
    std::size_t part;
    PartRun rows;
    double seconds;  // its share of the part's
  };
  std::mutex mutex;
  std::vector<std::optional<Location>> found;  // by run of the plan
  std::vector<std::filesystem::path> parts;    // those that hold runs of the plan
  std::vector<StalePart> stale;
  std::vector<std::string> warnings;
  bool prepared = false;  // the folder was made or found

  // `plan` must outlive this.
  Index(std::filesystem::path parts_folder, const plan::Plan& plan);

  // Holds the mutex after reading the parts that have come since the last call; sets damaged ones aside.
  [[nodiscard]] std::unique_lock<std::mutex> refreshed();

  // Whether every one of these runs of the plan has its rows.
  bool holds(const std::vector<RunResult>& results) const;

  // "model.width=8 seed 0": the runs as people know them.
  std::vector<std::string> names_of(const std::vector<RunResult>& results) const;

  // Visits the finished runs in plan order with the bytes of their rows.
  void for_each_run(Table table, const std::function<void(std::size_t run, std::string_view rows)>& visit) const;

 private:
  void add(const std::filesystem::path& path, const Part& part);
  void set_aside(const std::filesystem::path& part, const std::string& reason);

  const plan::Plan& plan_;
  const std::filesystem::path folder_;
  std::unordered_map<std::string_view, std::size_t> run_of_;  // hash -> run of the plan
  std::set<std::filesystem::path> known_;                     // parts already read
};

}  // namespace descent::store
