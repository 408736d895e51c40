#include "store/checkpoint.h"

#include <sys/stat.h>

#include <thread>

#include "core/error.h"
#include "flips.h"

#include "store/fixture.h"

namespace descent::store {
namespace {

namespace fs = std::filesystem;
using checkpoint = InFolder;

SavedRun state_of(const std::string& run, std::int64_t step) {
  return {core::sha256(run), step, "bytes of " + run + " at " + std::to_string(step)};
}

fs::path only_file_in(const fs::path& folder) { return fs::directory_iterator(folder)->path(); }

TEST_F(checkpoint, reads_back_the_latest_state_of_a_run) {
  {
    Checkpoints states(out);
    states.write({state_of("a", 5), state_of("b", 5)});
    states.write({state_of("b", 9)});
  }
  const Checkpoints states(out);
  ASSERT_NE(states.find(core::sha256("b")), nullptr);
  EXPECT_EQ(states.find(core::sha256("b"))->bytes, "bytes of b at 9");
  EXPECT_EQ(states.find(core::sha256("a"))->step, 5);
  EXPECT_EQ(states.find(core::sha256("c")), nullptr);
}

TEST_F(checkpoint, returns_the_steps_without_reading_whole_files) {
  Checkpoints(out).write({state_of("a", 5), state_of("b", 7)});
  EXPECT_EQ(checkpointed_steps(out),
            (std::map<std::string, std::int64_t>{{core::sha256("a"), 5}, {core::sha256("b"), 7}}));
}

TEST_F(checkpoint, returns_no_steps_for_other_files) {
  core::write_file_atomically(out / "x.checkpoint", std::string(300, '\xff'));
  EXPECT_TRUE(checkpointed_steps(out).empty());
  EXPECT_TRUE(checkpointed_steps(out / "absent").empty());
}

TEST_F(checkpoint, that_cannot_be_listed_is_an_error) {
  core::write_file_atomically(out / "checkpoints", "no folder");
  EXPECT_THROW(checkpointed_steps(out / "checkpoints"), core::FaultError);
  EXPECT_THROW(Checkpoints(out / "checkpoints"), core::FaultError);
}

TEST_F(checkpoint, is_not_read_through_a_link_or_from_a_pipe) {
  Checkpoints(out).write({state_of("a", 5)});
  fs::rename(only_file_in(out), out / "kept");
  fs::create_symlink(out / "kept", out / "x.checkpoint");
  ASSERT_EQ(mkfifo((out / "y.checkpoint").c_str(), 0666), 0);
  EXPECT_TRUE(checkpointed_steps(out).empty());
  EXPECT_EQ(Checkpoints(out).find(core::sha256("a")), nullptr);
}

TEST_F(checkpoint, that_is_truncated_or_changed_anywhere_is_renamed) {
  Checkpoints(out).write({state_of("a", 5)});
  const fs::path file = only_file_in(out);
  const std::string bytes = core::read_file(file);
  for (const std::size_t bit : bits_of(bytes.size())) {
    const std::size_t at = bit / 8;
    for (const std::string& wrong : {flipped(bytes, bit), bytes.substr(0, at)}) {
      core::write_file_atomically(file, wrong);
      const Checkpoints states(out);
      EXPECT_EQ(states.find(core::sha256("a")), nullptr) << at;
      ASSERT_EQ(states.warnings().size(), 1u) << at;
      EXPECT_TRUE(states.warnings()[0].ends_with(".checkpoint.damaged, its runs start from the beginning"));
      EXPECT_FALSE(fs::exists(file));
      fs::remove(file.string() + ".damaged");
    }
  }
}

TEST_F(checkpoint, is_written_while_other_workers_remove_theirs) {
  Checkpoints states(out / "states");
  const auto work = [&](const std::string& run) {
    for (std::int64_t step = 0; step < 300; ++step) {
      ASSERT_NO_THROW(states.write({state_of(run, step)}));
      states.remove({core::sha256(run)});
    }
  };
  std::vector<std::jthread> workers;
  for (const char* run : {"a", "b", "c", "d", "e", "f"}) workers.emplace_back(work, run);
}

TEST_F(checkpoint, is_removed_when_none_of_its_runs_is_needed) {
  Checkpoints states(out / "states");
  states.write({state_of("a", 5), state_of("b", 5)});
  states.remove({core::sha256("a")});
  EXPECT_TRUE(fs::exists(out / "states"));
  states.remove({core::sha256("b")});
  EXPECT_FALSE(fs::exists(out / "states"));
}

}  // namespace
}  // namespace descent::store
