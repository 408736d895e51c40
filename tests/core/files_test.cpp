#include "core/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/error.h"

namespace descent::core {
namespace {

namespace fs = std::filesystem;

class files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "descent-files-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path().filename());
    return found;
  }
  fs::path folder;
};

// The message of the exception of type Error that `action` throws.
template <class Error, class Action> std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(files, written_bytes_are_read_back) {
  const std::string bytes("a\0b\xff\n", 5);
  write_file_atomically(folder / "x", bytes);
  EXPECT_EQ(read_file(folder / "x"), bytes);
}

TEST_F(files, a_large_file_is_written_completely) {
  std::string all;
  AtomicFile file(folder / "x");
  for (int i = 0; i < 300; ++i) {
    const std::string piece(10007, static_cast<char>('a' + i % 26));
    file.write(piece);
    all += piece;
  }
  file.commit();
  EXPECT_TRUE(read_file(folder / "x") == all);
}

TEST_F(files, an_uncommitted_file_leaves_the_old_file_and_nothing_else) {
  write_file_atomically(folder / "x", "old");
  { AtomicFile(folder / "x").write("new"); }
  EXPECT_EQ(read_file(folder / "x"), "old");
  EXPECT_THAT(names(), ::testing::ElementsAre("x"));
}

TEST_F(files, an_unfinished_file_has_the_prefix_that_readers_skip) {
  AtomicFile file(folder / "x");
  EXPECT_THAT(names(), ::testing::ElementsAre(::testing::StartsWith(std::string(temporary_prefix))));
}

TEST_F(files, a_folder_appears_at_commit) {
  AtomicFolder part(folder / "part");
  part.write("a.csv", "1\n");
  EXPECT_FALSE(fs::exists(folder / "part"));
  part.commit();
  EXPECT_EQ(read_file(folder / "part" / "a.csv"), "1\n");
}

TEST_F(files, a_folder_that_exists_is_kept) {
  for (const char* text : {"first", "second"}) {
    AtomicFolder part(folder / "part");
    part.write("a", text);
    part.commit();
  }
  EXPECT_EQ(read_file(folder / "part" / "a"), "first");
  EXPECT_THAT(names(), ::testing::ElementsAre("part"));
}

TEST_F(files, an_uncommitted_folder_is_removed) {
  { AtomicFolder(folder / "part").write("a", "1"); }
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(files, reading_a_missing_file_says_so) {
  const std::string name = (folder / "none.json").string();
  EXPECT_EQ(error_of<InputError>([&] { read_file(name); }), name + ": no such file");
}

TEST_F(files, reading_a_folder_says_so) {
  EXPECT_EQ(error_of<InputError>([&] { read_file(folder); }), folder.string() + ": is a folder, not a file");
}

TEST_F(files, reading_stops_at_the_limit) {
  write_file_atomically(folder / "x", "12345");
  EXPECT_EQ(read_file(folder / "x", 5), "12345");
  EXPECT_EQ(error_of<InputError>([&] { read_file(folder / "x", 4); }),
            (folder / "x").string() + ": larger than 4 bytes, the maximum size of such a file");
}

TEST_F(files, reading_an_endless_device_stops_at_the_limit) {
  EXPECT_EQ(error_of<InputError>([] { read_file("/dev/zero", 100000); }),
            "/dev/zero: larger than 100000 bytes, the maximum size of such a file");
}

TEST_F(files, a_full_disk_is_reported) {
  AtomicFolder part(folder / "part");
  fs::create_symlink("/dev/full", part.path() / "a");
  EXPECT_EQ(error_of<FaultError>([&] { part.write("a", "1"); }),
            "cannot write " + (part.path() / "a").string() +
                ": No space left on device; the disk is full (ENOSPC): "
                "free some space, then run the same command again");
}

TEST_F(files, writing_into_a_missing_folder_reports_file_cause_and_remedy) {
  const fs::path target = folder / "gone" / "x";
  EXPECT_THAT(error_of<FaultError>([&] { write_file_atomically(target, "1"); }),
              ::testing::AllOf(::testing::StartsWith("cannot open " + (folder / "gone").string() + "/"),
                               ::testing::EndsWith("No such file or directory; its folder does not exist or was "
                                                   "removed: create it, then run the same command again")));
}

TEST_F(files, the_program_folder_contains_this_program) { EXPECT_TRUE(fs::exists(program_folder() / "test_core")); }

}  // namespace
}  // namespace descent::core
