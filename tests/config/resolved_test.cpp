#include "config/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/files.h"
#include "files.h"
#include "flips.h"

namespace descent::config {
namespace {

namespace fs = std::filesystem;

// PROJECT/x.json uses PROJECT/data/a.csv and has results in PROJECT/results/x.
class resolved : public testing::Test {
 protected:
  resolved() {
    fs::remove_all(top);
    fs::create_directories(project / "data");
    fs::create_directories(project / "results" / "x");
    put("data/a.csv", "a,b,label\n1,2,u\n3,4,v\n5,6,u\n");
    put("x.json",
        R"({"data": {"name": "csv", "path": "data/a.csv", "test_size": 1}, "model": {"width": 4, "depth": 1},
            "train": {"epochs": 1, "batch_size": 2}})");
  }
  ~resolved() override { fs::remove_all(top); }

  void put(const std::string& name, const std::string& bytes) const {
    core::write_file_atomically(project / name, bytes);
  }
  Document read(const std::string& name) const { return read_document(project / name); }
  // Writes experiment.json and returns its text.
  std::string write() const {
    put(file, write_resolved(read("x.json"), project / "results" / "x"));
    return core::read_file(project / file);
  }
  std::string problem() const {
    try {
      read(file);
    } catch (const core::InputError& error) {
      return error.problems()[0].message;
    }
    return "";
  }

  const fs::path top = fs::path(testing::TempDir()) / ("descent_resolved_" + std::to_string(getpid())),
                 project = top / "project";
  const std::string file = "results/x/experiment.json";
};

TEST_F(resolved, names_files_relative_to_the_experiment) {
  const std::string text = write();
  EXPECT_THAT(text, testing::HasSubstr(R"("experiment": "../../x.json")"));
  EXPECT_THAT(text, testing::HasSubstr(R"("path": "data/a.csv")"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr(project.string())));
  const Document again = read(file);
  EXPECT_EQ(again.origin, project / "x.json");
  EXPECT_EQ(again.base.data.path, project / "data" / "a.csv");
  EXPECT_EQ(write_document(again), write_document(read("x.json")));
}

TEST_F(resolved, contains_the_facts_about_its_data) {
  write();
  const DataFacts facts = data_facts(read("x.json").base.data);
  const std::string sum = checksums(facts)[0];
  fs::remove_all(project / "data");
  fs::rename(project, top / "moved");
  const Document document = read_document(top / "moved" / file);
  const DataFacts recorded = data_facts(document.points[0].data);
  EXPECT_EQ(recorded.problem, "");
  EXPECT_EQ(recorded.train_size, 3);
  EXPECT_EQ(recorded.classes, 2);
  EXPECT_EQ(recorded.shape.features(), 2);
  EXPECT_EQ(recorded.files, std::vector{top / "moved" / "data" / "a.csv"});
  EXPECT_EQ(checksums(recorded), std::vector{sum});
}

TEST_F(resolved, refuses_modified_files) {
  std::string text = write();
  text.replace(text.find("\"epochs\": 1"), 11, "\"epochs\": 2");
  put(file, text);
  EXPECT_EQ(problem(),
            "the file was modified after Descent wrote it (wrong checksum): `descent run` with the original experiment "
            "file restores it; to train a modified copy, remove this key");
}

TEST_F(resolved, detects_every_flipped_bit) {
  const std::string text = write(), expected = write_document(read(file));
  for (const std::size_t bit : bits_of(text.size())) {
    try {
      EXPECT_EQ(write_document(read_document_text(flipped(text, bit), project / file)), expected) << bit;
    } catch (const core::InputError&) {  // as it should
    }
  }
}

TEST_F(resolved, refuses_results_of_another_experiment_file) {
  const fs::path folder = project / "results" / "x";
  EXPECT_NO_THROW(check_owner(folder, read("x.json")));  // no results yet
  write();
  EXPECT_NO_THROW(check_owner(folder, read("x.json")));
  EXPECT_NO_THROW(check_owner(folder, read(file)));
  put("other.json", core::read_file(project / "x.json"));
  try {
    check_owner(folder, read("other.json"));
    FAIL();
  } catch (const core::InputError& error) {
    EXPECT_EQ(error.problems()[0].message,
              folder.string() + " contains results of another experiment file, " + (project / "x.json").string() +
                  "; choose another folder with --out DIR or another name with --set name=NAME, or, to use these "
                  "results for " +
                  (project / "other.json").string() + ", remove " + (folder / "experiment.json").string());
  }
  fs::remove(project / "x.json");  // renamed
  EXPECT_NO_THROW(check_owner(folder, read("other.json")));
}

TEST_F(resolved, is_not_read_through_a_link) {
  write();
  fs::rename(project / file, project / "elsewhere.json");
  fs::create_symlink(project / "elsewhere.json", project / file);
  put("other.json", core::read_file(project / "x.json"));
  EXPECT_NO_THROW(check_owner(project / "results" / "x", read("other.json")));  // has no owner
}

}  // namespace
}  // namespace descent::config
