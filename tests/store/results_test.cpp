#include "store/results.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "core/error.h"
#include "core/process.h"
#include "store/fixture.h"
#include "store/lock.h"

namespace descent::store {
namespace {

namespace fs = std::filesystem;
using results = InFolder;

const plan::Plan two_by_two = plan_with({"4", "8"}, 2);

std::string part_folder(const fs::path& out) {
  for (const auto& entry : fs::directory_iterator(out / "trial" / "parts"))
    if (entry.path().extension().empty()) return entry.path().string();
  return "";
}

void flip_a_bit(const fs::path& path) {
  std::string bytes = core::read_file(path);
  bytes[bytes.size() / 2] ^= 1;
  core::write_file_atomically(path, bytes);
}

TEST_F(results, are_all_missing_before_the_first_part) {
  const Results store(out, two_by_two);
  EXPECT_EQ(store.missing(), (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_FALSE(fs::exists(store.folder()));
}

TEST_F(results, are_missing_if_no_part_holds_them) {
  const Results store(out, two_by_two);
  store.write_part({result_of(two_by_two.runs[2], 0.5), result_of(two_by_two.runs[0], 0.25)}, {1.5});
  EXPECT_EQ(store.missing(), (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(store.seconds(), 1.5);
  EXPECT_EQ(Results(out, two_by_two).missing(), store.missing());
}

TEST_F(results, are_merged_in_plan_order_with_factors_and_seed) {
  const Results store(out, two_by_two);
  store.write_part({result_of(two_by_two.runs[2], 0.5), result_of(two_by_two.runs[0], 0.25)}, {});
  store.merge();
  const std::string first = two_by_two.runs[0].id(), second = two_by_two.runs[2].id();
  EXPECT_EQ(
      read("curves.csv"),
      "run,model.width,seed,epoch,step,train_loss,train_error,test_loss,test_error,lr,weight_norm,gradient_norm\n" +
          first + ",4,0,0,0,,,,,,,\n" + first + ",4,0,1,40,,,,0.25,0.1,,\n" + second + ",8,0,0,0,,,,,,,\n" + second +
          ",8,0,1,40,,,,0.5,0.1,,\n");
  EXPECT_NE(read("summary.csv").find("\n" + second + ",8,0,418,done,,1,40,,,,0.5,"), std::string::npos);
}

TEST_F(results, have_the_same_bytes_however_the_runs_were_stacked) {
  const Results together(out / "a", two_by_two), apart(out / "b", two_by_two);
  std::vector<RunResult> rows;
  for (const plan::Run& run : two_by_two.runs) rows.push_back(result_of(run, 0.125));
  together.write_part(rows, {2});
  for (std::size_t i = rows.size(); i-- > 0;) apart.write_part({rows[i]}, {3});
  together.merge();
  apart.merge();
  for (const char* name : {"curves.csv", "summary.csv"})
    EXPECT_EQ(core::read_file(together.folder() / name), core::read_file(apart.folder() / name)) << name;
}

TEST_F(results, have_headers_before_the_first_row) {
  const Results store(out, two_by_two);
  store.merge();
  EXPECT_EQ(read("curves.csv").find('\n'), read("curves.csv").size() - 1);
  EXPECT_TRUE(read("summary.csv").starts_with("run,model.width,seed,parameters,state,"));
}

TEST_F(results, have_the_columns_that_the_changed_experiment_can_fill) {
  plan::Plan plan = plan_with({"4", "8"}, 1);
  const Results before(out, plan);
  before.write_part({result_of(plan.runs[0], 0.25)}, {});
  before.merge();
  EXPECT_EQ(read("curves.csv").find("val_loss"), std::string::npos);
  plan.points[1].experiment.data.val_size = 100;
  const Results after(out, plan);
  EXPECT_EQ(after.missing(), std::vector<std::size_t>{1});
  RunResult validated = result_of(plan.runs[1], 0.5);
  validated.curve[1].metrics.val.loss = 2;
  after.write_part({validated}, {});
  after.merge();
  const std::string first = plan.runs[0].id(), second = plan.runs[1].id();
  EXPECT_EQ(read("curves.csv"),
            "run,model.width,seed,epoch,step,train_loss,train_error,val_loss,val_error,test_loss,test_error,lr,"
            "weight_norm,gradient_norm\n" +
                first + ",4,0,0,0,,,,,,,,,\n" + first + ",4,0,1,40,,,,,,0.25,0.1,,\n" + second + ",8,0,0,0,,,,,,,,,\n" +
                second + ",8,0,1,40,,,2,,,0.5,0.1,,\n");
  EXPECT_NE(read("summary.csv").find(",best_val_loss,"), std::string::npos);
  plan.points[1].experiment.data.val_size.reset();
  before.merge();
  EXPECT_EQ(read("summary.csv").find(",best_val_loss,"), std::string::npos);
}

// two_by_two, measured by a probe.
plan::Plan with_probes() {
  plan::Plan plan = two_by_two;
  for (plan::Point& point : plan.points) point.experiment.probes.names = {config::ProbeName::weight_norm};
  return plan;
}

RunResult probed(const plan::Run& run) {
  RunResult result = result_of(run, 0.5);
  result.probes = {{0, 0, "weight_norm", "linear0", 1.5}, {1, 40, "activation_mean", "", 0.25}};
  return result;
}

TEST_F(results, merge_the_rows_of_probes_like_the_others) {
  const plan::Plan plan = with_probes();
  const Results store(out, plan);
  store.write_part({probed(plan.runs[2]), probed(plan.runs[0])}, {});
  store.merge();
  const std::string first = plan.runs[0].id(), second = plan.runs[2].id();
  EXPECT_EQ(read("probes.csv"), "run,model.width,seed,epoch,step,probe,layer,value\n" + first +
                                    ",4,0,0,0,weight_norm,linear0,1.5\n" + first + ",4,0,1,40,activation_mean,,0.25\n" +
                                    second + ",8,0,0,0,weight_norm,linear0,1.5\n" + second +
                                    ",8,0,1,40,activation_mean,,0.25\n");
}

TEST_F(results, keep_a_run_without_probe_rows) {
  const plan::Plan plan = with_probes();
  Results(out, plan).write_part({result_of(plan.runs[0], 0.5), probed(plan.runs[1])}, {});
  const Results store(out, plan);
  EXPECT_EQ(store.missing(), (std::vector<std::size_t>{2, 3}));
  std::vector<std::size_t> runs;
  store.for_each_row(Table::probes, [&](std::size_t run, const std::vector<std::string>&) { runs.push_back(run); });
  EXPECT_EQ(runs, (std::vector<std::size_t>{1, 1}));
}

TEST_F(results, have_no_probes_csv_without_probes) {
  const plan::Plan plan = with_probes();
  Results(out, plan).merge();
  EXPECT_EQ(read("probes.csv"), "run,model.width,seed,epoch,step,probe,layer,value\n");
  Results(out, two_by_two).merge();
  EXPECT_FALSE(fs::exists(out / "trial" / "probes.csv"));
}

TEST_F(results, visit_every_row_of_a_table) {
  const Results store(out, two_by_two);
  store.write_part({result_of(two_by_two.runs[1], 0.5)}, {});
  std::vector<std::string> steps;
  store.for_each_row(Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    EXPECT_EQ(run, 1u);
    ASSERT_EQ(cells.size(), curve_columns().size());
    steps.push_back(cells[1]);
  });
  EXPECT_EQ(steps, (std::vector<std::string>{"0", "40"}));
}

// Two examples of three classes.
RunResult predicting(const plan::Run& run, double first) {
  RunResult result = probed(run);
  result.predictions = {3, {first, 0.25f, 0.5f, 0, 0, 1}, {2, 1}, {}};
  return result;
}

TEST_F(results, return_the_predictions_of_a_run) {
  const Results store(out, two_by_two);
  store.write_part({predicting(two_by_two.runs[3], 0.25f), predicting(two_by_two.runs[0], 0.125f)}, {});
  RunResult regression = result_of(two_by_two.runs[1], 0.5);
  regression.predictions = {1, {1.5f, -2}, {}, {1, -3}};
  store.write_part({regression}, {});
  store.write_part({result_of(two_by_two.runs[2], 0.5)}, {});
  const Predictions classes = store.predictions(0).value(), values = store.predictions(1).value();
  EXPECT_EQ(classes.outputs, 3u);
  EXPECT_EQ(classes.values, (std::vector<double>{0.125, 0.25, 0.5, 0, 0, 1}));
  EXPECT_EQ(classes.labels, (std::vector<std::int32_t>{2, 1}));
  EXPECT_TRUE(classes.targets.empty());
  EXPECT_EQ(store.predictions(3).value().values[0], 0.25f);
  EXPECT_EQ(values.values, (std::vector<double>{1.5, -2}));
  EXPECT_EQ(values.targets, (std::vector<double>{1, -3}));
  EXPECT_TRUE(values.labels.empty());
  EXPECT_FALSE(store.predictions(2));
}

TEST_F(results, copy_predictions_from_another_folder) {
  const Results there(out / "a", two_by_two), here(out / "b", two_by_two);
  there.write_part({predicting(two_by_two.runs[0], 0.125f)}, {});
  EXPECT_EQ(here.copy_from(there), 1u);
  EXPECT_EQ(here.predictions(0).value().values, there.predictions(0).value().values);
}

TEST_F(results, quote_a_factor_that_holds_a_comma) {
  const plan::Plan plan = plan_with({"[8,4]"}, 1);
  const Results store(out, plan);
  store.write_part({result_of(plan.runs[0], 0.5)}, {});
  store.merge();
  EXPECT_NE(read("curves.csv").find(",\"[8,4]\",0,1,40,"), std::string::npos);
}

TEST_F(results, survive_a_larger_sweep_and_ignore_runs_no_longer_in_it) {
  Results(out, two_by_two).write_part({result_of(two_by_two.runs[0], 0.5), result_of(two_by_two.runs[2], 0.5)}, {});
  const plan::Plan wider = plan_with({"2", "4"}, 3);
  const Results store(out, wider);
  EXPECT_EQ(store.missing(), (std::vector<std::size_t>{0, 1, 2, 4, 5}));
  store.merge();
  EXPECT_EQ(read("curves.csv").find(two_by_two.runs[2].id()), std::string::npos);
}

TEST_F(results, count_a_run_once_that_two_parts_hold) {
  const Results store(out, two_by_two);
  store.write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  store.write_part({result_of(two_by_two.runs[0], 0.5), result_of(two_by_two.runs[1], 0.5)}, {});
  store.merge();
  std::size_t rows = 0;
  store.for_each_summary([&](std::size_t, const std::vector<std::string>&) { ++rows; });
  EXPECT_EQ(rows, 2u);
  const std::string curves = read("curves.csv");
  EXPECT_EQ(std::count(curves.begin(), curves.end(), '\n'), 1 + 4);
}

TEST_F(results, rename_a_damaged_part_and_treat_its_runs_as_missing) {
  Results(out, two_by_two).write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  const std::string part = part_folder(out);
  flip_a_bit(part + "/curves.csv");
  const Results store(out, two_by_two);
  EXPECT_EQ(store.missing().size(), 4u);
  EXPECT_EQ(store.take_warnings(),
            std::vector{fmt::format("{}: damaged (the checksum of curves.csv is wrong); renamed to {}.damaged, its "
                                    "runs count as missing",
                                    part, fs::path(part).filename().string())});
  EXPECT_TRUE(store.take_warnings().empty());
  store.write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  EXPECT_EQ(store.missing().size(), 3u);
}

TEST_F(results, detect_damage_in_every_file_of_a_part) {
  for (const char* name : {"curves.csv", "summary.csv", "probes.csv", "predictions.npy", "labels.npy", "part.json"}) {
    Results(out, two_by_two).write_part({predicting(two_by_two.runs[0], 0.5f)}, {});
    fs::resize_file(part_folder(out) + "/" + name, 60);
    EXPECT_EQ(Results(out, two_by_two).missing().size(), 4u) << name;
    Results(out, two_by_two).write_part({predicting(two_by_two.runs[0], 0.5f)}, {});
    fs::remove(part_folder(out) + "/" + name);
    EXPECT_EQ(Results(out, two_by_two).missing().size(), 4u) << name;
  }
}

TEST_F(results, retrain_a_part_whose_list_of_runs_was_changed) {
  Results(out, two_by_two).write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  const std::string about = part_folder(out) + "/part.json";
  std::string text = core::read_file(about);
  text.replace(text.find(two_by_two.runs[0].hash) + 40, 1, "x");
  core::write_file_atomically(about, text);
  const Results store(out, two_by_two);
  EXPECT_EQ(store.missing().size(), 4u);
  EXPECT_EQ(store.take_warnings().size(), 1u);
}

// The number of a process that has ended.
pid_t ended_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

TEST_F(results, ignore_unfinished_parts_and_remove_those_of_processes_that_ended) {
  const Results store(out, two_by_two);
  store.prepare();
  const fs::path parts = store.folder() / "parts";
  // A container gives every process the same number.
  const auto name = [](pid_t process) {
    return fmt::format(".tmp-0123456789abcdef-{}-1-{}-0", core::host_name(), process);
  };
  const fs::path ours = parts / name(getpid());
  const fs::path theirs = parts / name(ended_process());
  const fs::path elsewhere = parts / fmt::format(".tmp-0123456789abcdef-elsewhere-1-{}-0", getpid());
  const fs::path merging = store.folder() / ".tmp-curves.csv-elsewhere-1-1-0";
  fs::create_directory(elsewhere);
  fs::create_directory(merging);
  const core::AtomicFolder writing(parts / "0123456789abcdef");
  fs::create_directory(ours);
  fs::create_directory(theirs);
  EXPECT_EQ(store.missing().size(), 4u);
  EXPECT_TRUE(store.take_warnings().empty());
  store.remove_leftovers();
  EXPECT_TRUE(fs::exists(writing.path()));
  EXPECT_FALSE(fs::exists(ours));
  EXPECT_FALSE(fs::exists(theirs));
  EXPECT_FALSE(fs::exists(elsewhere));
  EXPECT_TRUE(fs::exists(merging));
}

TEST_F(results, remove_the_files_of_a_killed_merge_at_the_next_merge) {
  const Results store(out, two_by_two);
  store.prepare();
  const fs::path left = store.folder() / fmt::format(".tmp-curves.csv-{}-1-{}-0", core::host_name(), getpid());
  core::write_file_atomically(left, "half");
  const MergeLock lock(store);
  EXPECT_FALSE(fs::exists(left));
}

config::Document document(const config::Overrides& overrides = {}) {
  return config::read_document_text(R"({"data": "mnist1d", "model": {"width": 4, "depth": 1}, "train": {"epochs": 1}})",
                                    "trial.json", overrides);
}

TEST_F(results, never_use_a_folder_with_other_files) {
  fs::create_directories(out / "trial");
  core::write_file_atomically(out / "trial" / "experiment.json", "mine");
  const Results store(out, two_by_two);
  try {
    store.write_experiment(document());
    FAIL();
  } catch (const core::InputError& error) {
    EXPECT_EQ(error.problems()[0].text(),
              (out / "trial").string() + ": exists and is not a results folder of descent; choose another --out");
  }
  EXPECT_EQ(read("experiment.json"), "mine");
}

TEST_F(results, rewrite_the_experiment_only_when_it_changes) {
  const Results store(out, two_by_two);
  store.write_experiment(document());
  const auto time = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(store.folder() / "experiment.json", time);
  store.write_experiment(document());
  EXPECT_EQ(fs::last_write_time(store.folder() / "experiment.json"), time);
  store.write_experiment(document({.seeds = "7"}));
  EXPECT_NE(read("experiment.json").find("\"seeds\": 7"), std::string::npos);
}

TEST_F(results, are_found_wherever_their_folder_was_moved) {
  Results(out, two_by_two).write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  fs::rename(out / "trial", out / "kept");
  EXPECT_EQ(Results::at(out / "kept", two_by_two).missing().size(), 3u);
  EXPECT_TRUE(is_results_folder(out / "kept"));
  EXPECT_FALSE(is_results_folder(out));
}

TEST_F(results, copy_missing_runs_from_another_folder) {
  const Results ours(out / "a", two_by_two), theirs(out / "b", two_by_two);
  std::vector<RunResult> rows;
  for (const plan::Run& run : two_by_two.runs) rows.push_back(result_of(run, 0.5));
  ours.write_part({rows[0], rows[1]}, {1});
  theirs.write_part({rows[1]}, {1});
  theirs.write_part({rows[2], rows[1]}, {1});
  EXPECT_EQ(ours.copy_from(theirs), 1u);
  EXPECT_EQ(ours.missing(), (std::vector<std::size_t>{3}));
  EXPECT_EQ(ours.copy_from(theirs), 0u);
  EXPECT_EQ(std::distance(fs::directory_iterator(ours.folder() / "parts"), {}), 2);
}

TEST_F(results, never_copy_a_damaged_part) {
  const Results ours(out / "a", two_by_two), theirs(out / "b", two_by_two);
  theirs.write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  flip_a_bit(fs::directory_iterator(theirs.folder() / "parts")->path() / "summary.csv");
  EXPECT_EQ(ours.copy_from(theirs), 0u);
  EXPECT_EQ(theirs.take_warnings().size(), 1u);
}

TEST_F(results, copy_the_weights_too) {
  const Results ours(out / "a", two_by_two), theirs(out / "b", two_by_two);
  const fs::path name = theirs.weights_file(two_by_two.runs[0]);
  fs::create_directories(name.parent_path());
  core::write_file_atomically(name, "weights");
  ours.copy_from(theirs);
  EXPECT_EQ(core::read_file(ours.weights_file(two_by_two.runs[0])), "weights");
}

TEST_F(results, are_missing_if_their_weights_are_requested_and_absent) {
  const Results store(out, two_by_two);
  for (const plan::Run& run : two_by_two.runs) store.write_part({result_of(run, 0.5)}, {});
  fs::create_directories(store.weights_folder());
  core::write_file_atomically(store.weights_file(two_by_two.runs[1]), "weights");
  EXPECT_EQ(store.missing(true), (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_TRUE(store.missing().empty());
}

TEST_F(results, use_one_part_of_runs_that_were_trained_again) {
  const Results store(out, two_by_two);
  const RunResult first = result_of(two_by_two.runs[0], 0.5), second = result_of(two_by_two.runs[1], 0.5);
  store.write_part({first, second}, {});
  store.missing();
  store.write_part({first}, {});
  EXPECT_EQ(std::distance(fs::directory_iterator(store.folder() / "parts"), {}), 1);
}

TEST_F(results, list_the_parts_that_no_run_of_the_plan_needs) {
  Results(out, two_by_two).write_part({result_of(two_by_two.runs[0], 0.5)}, {});
  Results(out, two_by_two).write_part({result_of(two_by_two.runs[2], 0.5), result_of(two_by_two.runs[3], 0.5)}, {});
  const plan::Plan narrower = plan_with({"4"}, 2);
  const std::vector<StalePart> stale = Results(out, narrower).stale();
  ASSERT_EQ(stale.size(), 1u);
  EXPECT_EQ(stale[0].runs.size(), 2u);
  EXPECT_TRUE(fs::exists(stale[0].folder / "part.json"));
}

TEST_F(results, share_the_seconds_of_a_part_among_its_runs) {
  const Results store(out, two_by_two);
  store.write_part({result_of(two_by_two.runs[0], 0.5), result_of(two_by_two.runs[2], 0.5)}, {3});
  EXPECT_EQ(store.run_seconds(), (std::vector<double>{1.5, 0, 1.5, 0}));
}

TEST_F(results, that_were_removed_during_training_are_an_error) {
  const Results store(out, two_by_two);
  store.prepare();
  fs::remove_all(store.folder());
  try {
    store.write_part({result_of(two_by_two.runs[0], 0.5)}, {});
    FAIL();
  } catch (const core::FaultError& error) {
    EXPECT_TRUE(std::string(error.what())
                    .ends_with("its folder does not exist or was removed: create it, then run the same command again"))
        << error.what();
  }
}

TEST_F(results, take_parts_from_several_threads) {
  const plan::Plan plan = plan_with({"4"}, 16);
  const Results store(out, plan);
  std::vector<std::thread> threads;
  for (const plan::Run& run : plan.runs) threads.emplace_back([&] { store.write_part({result_of(run, 0.5)}, {}); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(store.missing().empty());
}

}  // namespace
}  // namespace descent::store
