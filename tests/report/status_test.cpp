#include "report/status.h"

#include <nlohmann/json.hpp>

#include "config/read.h"
#include "core/process.h"
#include "store/attempts.h"
#include "store/checkpoint.h"
#include "store/fixture.h"
#include "store/lock.h"

namespace descent::report {
namespace {

using status = store::InFolder;

// One point of eight seeds, 40 steps each.
plan::Plan plan_of_eight() {
  static const auto document = config::read_document_text(
      R"({"name": "trial", "seeds": 8, "data": "mnist1d", "model": {"width": 8, "depth": 1},
          "train": {"epochs": 1}})",
      "x.json");
  return plan::make_plan(document);
}

TEST_F(status, counts_the_states_of_all_runs) {
  const plan::Plan plan = plan_of_eight();
  const store::Results results(out, plan);
  const store::FolderLock lock(results);
  const auto hash = [&](std::size_t run) { return plan.runs[run].hash; };
  const store::AttemptLog log(results.folder(), 1);
  results.write_part({store::result_of(plan.runs[0], 0.5)}, {4});
  store::RunResult diverged = store::result_of(plan.runs[1], 0.5);
  diverged.summary.diverged_step = 12;
  results.write_part({diverged}, {1});
  log.log_start({hash(0), hash(1), hash(2)});
  log.log_failure({hash(2)}, "no luck");
  store::Checkpoints(results.folder() / "checkpoints").write({{hash(3), 20, "state"}});
  log.log_start({hash(4)});

  const Status found = read_status(results, plan);
  EXPECT_EQ(found.total.count(RunState::done), 1u);
  EXPECT_EQ(found.total.count(RunState::diverged), 1u);
  EXPECT_EQ(found.total.count(RunState::failed), 1u);
  EXPECT_EQ(found.total.count(RunState::interrupted), 1u);
  EXPECT_EQ(found.total.count(RunState::running), 1u);
  EXPECT_EQ(found.total.count(RunState::missing), 3u);
  EXPECT_EQ(found.total.attempts, 4u);
  EXPECT_EQ(found.total.seconds, 5);
  EXPECT_EQ(found.processes, std::vector<std::string>{core::this_process()});
  EXPECT_EQ(found.failures, (std::map<std::string, std::size_t>{{"no luck", 1}}));
  EXPECT_FALSE(found.complete());
  EXPECT_NEAR(*found.seconds_left, 4 * 5.5, 1e-9);  // five whole runs and a half
}

TEST_F(status, counts_what_a_dead_process_began_as_missing) {
  const plan::Plan plan = plan_of_eight();
  const store::Results results(out, plan);
  { const store::FolderLock lock(results); }
  store::AttemptLog(results.folder(), 1).log_start({plan.runs[0].hash});
  EXPECT_EQ(read_status(results, plan).total.count(RunState::missing), 8u);
}

TEST_F(status, divides_the_remaining_time_by_what_is_trained_at_once) {
  const plan::Plan plan = plan_of_eight();
  const store::Results results(out, plan);
  const store::FolderLock lock(results);
  results.write_part({store::result_of(plan.runs[0], 0.5)}, {4});
  store::AttemptLog(results.folder(), 2).log_start({plan.runs[1].hash});
  EXPECT_NEAR(*read_status(results, plan).seconds_left, 4 * 7 / 2.0, 1e-9);
}

TEST_F(status, as_text_has_a_row_per_point_and_the_reasons_of_failures) {
  const plan::Plan plan = plan_of_eight();
  const store::Results results(out, plan);
  results.write_part({store::result_of(plan.runs[0], 0.5)}, {4});
  store::AttemptLog(results.folder(), 1).log_failure({plan.runs[1].hash, plan.runs[2].hash}, "no luck");
  EXPECT_EQ(status_text(read_status(results, plan), plan, {}),
            "done  diverged  failed  interrupted  running  missing  attempts  seconds\n"
            "   1         0       2            0        0        5         0      4.0\n"
            "2 runs failed: no luck; the next start trains them again\n"
            "1 of 8 runs finished, about 0:28 of training left; nothing is running\n");
}

TEST_F(status, as_json_holds_the_same) {
  const plan::Plan plan = plan_of_eight();
  const store::Results results(out, plan);
  const auto json = status_json(read_status(results, plan), plan);
  EXPECT_EQ(json["points"][0]["missing"], 8);
  EXPECT_EQ(json["complete"], false);
  EXPECT_TRUE(json["seconds_left"].is_null());
}

}  // namespace
}  // namespace descent::report
