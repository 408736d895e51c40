// Parts that a fault of the disk or another person has changed: never a crash, never another number, no file touched
// outside the folder.
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "flips.h"
#include "store/attempts.h"
#include "store/fixture.h"
#include "store/lock.h"
#include "store/parts.h"

namespace descent::store {
namespace {

namespace fs = std::filesystem;

// One run that records its predictions for two examples of three classes.
plan::Plan recording() {
  plan::Plan plan = plan_with({"4"}, 1);
  config::Experiment& experiment = plan.points[0].experiment;
  experiment.record.predictions = true;
  experiment.data.name = config::DataName::spirals;
  experiment.data.generator.classes = 3;
  experiment.data.test_size = 2;
  return plan;
}

RunResult recorded(const plan::Run& run) {
  RunResult result = result_of(run, 0.5);
  result.predictions = {3, {0.25, 0.25, 0.5, 0, 0, 1}, {2, 1}, {}};
  return result;
}

class parts : public InFolder {
 protected:
  parts() { restore(); }

  void restore() const { restore(recorded(plan.runs[0])); }
  void restore(const RunResult& result) const {
    fs::remove_all(out / "trial");
    Results(out, plan).write_part({result}, {1.5});
  }

  fs::path part() const { return fs::directory_iterator(out / "trial" / "parts")->path(); }

  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(part() / name, std::ios::binary) << bytes;
  }

  // Changes part.json.
  template <class Change> void change(const Change& change) const {
    nlohmann::json about = nlohmann::json::parse(core::read_file(part() / "part.json"));
    change(about);
    about.erase("checksum");
    put("part.json", about.dump());
  }

  // Replaces a file, with its checksum.
  void forge(const std::string& name, const std::string& bytes) const {
    put(name, bytes);
    change([&](nlohmann::json& about) { about["sha256"][name] = core::sha256(bytes); });
  }

  std::string damage() const {
    const Results store(out, plan);
    EXPECT_EQ(store.missing().size(), 1u);
    const std::vector<std::string> warnings = store.take_warnings();
    if (warnings.size() != 1) return "";
    const std::size_t begin = warnings[0].find("damaged (") + 9;
    return warnings[0].substr(begin, warnings[0].find("); renamed to") - begin);
  }

  const plan::Plan plan = recording();
};

TEST_F(parts, are_valid_before_they_are_changed) { EXPECT_TRUE(Results(out, plan).missing().empty()); }

TEST_F(parts, of_earlier_versions_have_no_checksum) {
  change([](nlohmann::json&) {});
  EXPECT_TRUE(Results(out, plan).missing().empty());
}

TEST_F(parts, never_give_other_numbers_whichever_bit_of_their_files_is_flipped) {
  const auto experiment_of = [&](const std::string& hash) {
    return hash == plan.runs[0].hash ? &plan.points[0].experiment : nullptr;
  };
  for (const auto& entry : fs::directory_iterator(part())) {
    const std::string name = entry.path().filename(), whole = core::read_file(entry.path());
    std::size_t kept = 0;
    for (const std::size_t bit : bits_of(whole.size())) {
      put(name, flipped(whole, bit));
      try {
        const Part found = read_part(part(), experiment_of);
        ++kept;
        EXPECT_EQ(found.seconds, 1.5) << bit;
        ASSERT_EQ(found.runs.size(), 1u) << bit;
        EXPECT_EQ(found.runs[0].hash, plan.runs[0].hash) << bit;
        EXPECT_EQ(read_predictions(part(), found.runs[0].predictions).labels, (std::vector<std::int32_t>{2, 1})) << bit;
      } catch (const DamagedPart&) {  // as it should
      }
    }
    // White space, and the name of the checksum.
    EXPECT_LE(kept, name == "part.json" ? whole.size() : 0) << name;
    put(name, whole);
  }
}

TEST_F(parts, that_change_after_they_were_verified_are_an_error) {
  for (const char* name : {"curves.csv", "predictions.npy"}) {
    restore();
    const Results store(out, plan);
    ASSERT_TRUE(store.missing().empty());
    std::string bytes = core::read_file(part() / name);
    bytes[bytes.size() - 2] ^= 1;
    put(name, bytes);
    EXPECT_THROW((store.merge(), store.predictions(0)), core::FaultError) << name;
  }
}

TEST_F(parts, name_no_files_outside_their_folder) {
  core::write_file_atomically(out / "victim", "mine");
  const Results ours(out / "ours", plan);
  const std::vector<std::string> names{"../../../victim", (out / "victim").string(), "a/b", "part.json", ".."};
  for (const std::string& name : names) {
    change([&](nlohmann::json& about) { about["sha256"][name] = core::sha256("mine"); });
    EXPECT_EQ(ours.copy_from(Results(out, plan)), 0u) << name;
    EXPECT_EQ(core::read_file(out / "victim"), "mine");
    restore();
  }
}

TEST_F(parts, are_not_read_through_a_link) {
  const fs::path file = part() / "curves.csv";
  fs::rename(file, out / "curves.csv");
  fs::create_symlink(out / "curves.csv", file);
  EXPECT_EQ(damage(), file.string() + ": is not a regular file");
}

TEST_F(parts, must_not_be_links) {
  const fs::path folder = part();
  fs::rename(folder, out / "part");
  fs::create_directory_symlink(out / "part", folder);
  EXPECT_EQ(damage(), "it is not a folder");
}

TEST_F(parts, are_refused_when_a_file_is_too_large_to_read) {
  fs::resize_file(part() / "curves.csv", std::uintmax_t{1} << 40);  // without a block on the disk
  EXPECT_TRUE(damage().ends_with("larger than 4294967296 bytes, the maximum size of such a file"));
}

TEST_F(parts, that_cannot_be_listed_are_an_error) {
  fs::remove_all(out / "trial" / "parts");
  core::write_file_atomically(out / "trial" / "parts", "no folder");
  const Results store(out, plan);
  try {
    store.missing();
    FAIL();
  } catch (const core::FaultError& error) {
    EXPECT_EQ(error.what(), "cannot list " + (out / "trial" / "parts").string() +
                                ": Not a directory; fix this, then run the same command again");
  }
}

TEST_F(parts, are_trained_without_writing_through_a_link) {
  const Results store(out, plan);
  core::write_file_atomically(out / "victim", "mine");
  for (const char* name : {".lock", "attempts.jsonl"}) fs::create_symlink(out / "victim", store.folder() / name);
  EXPECT_THROW(FolderLock{store}, core::FaultError);
  EXPECT_THROW(MergeLock{store}, core::FaultError);
  AttemptLog(store.folder(), 1).log_start({plan.runs[0].hash});
  EXPECT_EQ(core::read_file(out / "victim"), "mine");
  EXPECT_TRUE(read_attempts(store.folder()).empty());
}

TEST_F(parts, have_the_cells_of_their_columns) {
  const std::string summary = core::read_file(part() / "summary.csv"), id = plan.runs[0].id();
  const std::string header = summary.substr(0, summary.find('\n') + 1);
  const std::string row = summary.substr(header.size());
  std::string unknown = row, words = row;
  unknown.replace(unknown.find("done"), 4, "gone");
  words.replace(words.find("418"), 3, "4x8");
  for (const std::string& rows : {id + ",418,done\n", unknown, words}) {
    forge("summary.csv", header + rows);
    EXPECT_EQ(damage(), "a row of summary.csv does not match its columns");
    restore();
  }
  forge("summary.csv", header + row + row);
  EXPECT_EQ(damage(), "run " + id + " has several summaries");
}

TEST_F(parts, have_labels_of_the_classes) {
  const std::string labels = core::read_file(part() / "labels.npy");
  for (const std::int32_t label : {1'000'000'000, -5, 3}) {
    std::string bytes = labels;
    std::memcpy(bytes.data() + bytes.size() - 4, &label, 4);
    forge("labels.npy", bytes);
    EXPECT_EQ(damage(), fmt::format("labels.npy has class {}", label));
    restore();
  }
}

TEST_F(parts, have_predictions_if_the_experiment_records_them) {
  const std::string none = "it has no predictions, but the experiment records them";
  change([](nlohmann::json& about) { about.erase("predictions"); });
  EXPECT_EQ(damage(), none);
  RunResult silent = recorded(plan.runs[0]);
  silent.predictions = {};
  restore(silent);
  EXPECT_EQ(damage(), none);
}

TEST_F(parts, have_predictions_of_the_test_examples_of_the_experiment) {
  const auto say = [&](const Predictions& predictions) {
    RunResult result = recorded(plan.runs[0]);
    result.predictions = predictions;
    restore(result);
  };
  for (const Predictions& other : {Predictions{3, {0.25, 0.25, 0.5}, {2}, {}}, Predictions{2, {1, 0, 0, 1}, {1, 0}, {}},
                                   Predictions{3, {1, 2, 3, 4, 5, 6}, {}, {1, 2, 3, 4, 5, 6}}}) {
    say(other);
    EXPECT_EQ(damage(), "its predictions do not match the test examples of the experiment");
  }
}

TEST_F(parts, name_the_runs_that_they_hold) {
  const plan::Plan other = plan_with({"8"}, 1);
  EXPECT_EQ(Results(out, other).stale().at(0).runs,
            std::vector<std::string>{"model.width=4 seed 0, with data.name=spirals, data.test_size=2, "
                                     "data.generator.classes=3, record.predictions=true"});
  change([](nlohmann::json& about) { about.erase("names"); });  // as earlier versions
  EXPECT_EQ(Results(out, other).stale().at(0).runs, std::vector{plan.runs[0].id()});
}

TEST_F(parts, have_sizes_whose_products_do_not_overflow) {
  plan::Plan silent = plan;  // a part of no known run
  silent.points[0].experiment.record.predictions = false;
  for (const char* key : {"examples", "outputs"})
    for (const nlohmann::json& value : std::vector<nlohmann::json>{-1, INT64_MAX, UINT64_MAX, 1e300, "2", nullptr}) {
      change([&](nlohmann::json& about) { about["predictions"][key] = value; });
      EXPECT_EQ(Results(out, silent).missing().size(), 1u) << key << value;
      restore();
    }
}

}  // namespace
}  // namespace descent::store
