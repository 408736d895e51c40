#include "train/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <new>

#include "config/read.h"
#include "core/error.h"

namespace descent::train {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

constexpr const char* sweep = R"({
  "data": {"name": "mnist1d", "train_size": 200, "test_size": 100},
  "model": {"width": 4, "depth": 1}, "train": {"optimizer": "sgd", "epochs": 3, "batch_size": 20}, "seeds": 3,
  "sweep": {"model.width": [4, 5, 6, 7, 8, 9]}})";

// A stack for each of six points, with three seeds.
class session : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(out_);
    fs::create_directories(out_);
    results_.prepare();
  }
  void TearDown() override { fs::remove_all(out_); }

  SessionReport run(
      std::size_t jobs, const std::function<void()>& on_progress = [] {}, bool fail_fast = false) {
    std::vector<plan::Stack> stacks;
    const std::vector<std::size_t> missing = results_.missing();
    for (std::size_t i = 0; i < missing.size(); i += 3) stacks.push_back({missing[i], missing[i + 1], missing[i + 2]});
    SessionOptions options;
    options.jobs = jobs;
    options.fail_fast = fail_fast;
    SessionObserver observer;
    observer.progress = [&](double) { on_progress(); };
    observer.run_done = [this](std::size_t, store::RunState state) { done_ += state != store::RunState::failed; };
    observer.failure = [this](const std::string& message) { failures_.push_back(message); };
    return run_session(plan_, std::move(stacks), results_, options, observer, stop_);
  }

  const fs::path out_ = fs::temp_directory_path() / ("descent-session-" + std::to_string(getpid()));
  const plan::Plan plan_ = plan::make_plan(config::read_document_text(sweep, "test.json"));
  const store::Results results_{out_, plan_};
  std::atomic<bool> stop_ = false;
  std::size_t done_ = 0;
  std::vector<std::string> failures_;
};

TEST_F(session, with_several_workers_writes_a_part_for_every_run) {
  const SessionReport report = run(3);
  EXPECT_EQ(report.trained, 18u);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_FALSE(report.interrupted);
  EXPECT_EQ(done_, 18u);
  EXPECT_THAT(results_.missing(), ElementsAre());
}

TEST_F(session, continues_with_the_other_stacks_after_a_failure) {
  std::atomic<bool> failed = false;
  const SessionReport report = run(3, [&] {
    if (!failed.exchange(true)) throw std::runtime_error("a shape does not fit");
  });
  EXPECT_EQ(report.trained, 15u);
  EXPECT_EQ(report.failed, 3u);
  EXPECT_FALSE(report.interrupted);
  EXPECT_THAT(failures_, ElementsAre("3 runs failed: a shape does not fit"));
  EXPECT_EQ(results_.missing().size(), 3u);
}

TEST_F(session, explains_what_to_do_when_out_of_memory) {
  std::atomic<bool> failed = false;
  run(2, [&] {
    if (!failed.exchange(true)) throw std::bad_alloc();
  });
  EXPECT_THAT(failures_, ElementsAre("3 runs failed: out of memory; run again with fewer --jobs"));
}

TEST_F(session, that_fails_fast_starts_no_further_stack) {
  const SessionReport report = run(
      1, [] { throw std::runtime_error("a shape does not fit"); }, true);
  EXPECT_EQ(report.trained, 0u);
  EXPECT_EQ(report.failed, 3u);
  EXPECT_FALSE(report.interrupted);
  EXPECT_THAT(failures_, ElementsAre("3 runs failed: a shape does not fit"));
}

TEST_F(session, ends_after_a_machine_fault_and_reports_it_once) {
  const SessionReport report = run(3, [] { throw core::FaultError("the disk is full"); });
  EXPECT_EQ(report.trained, 0u);
  EXPECT_GE(report.failed, 3u);
  EXPECT_LE(report.failed, 9u);
  EXPECT_FALSE(report.interrupted);
  EXPECT_THAT(failures_, ElementsAre("3 runs failed: the disk is full"));
}

TEST_F(session, is_interrupted_by_the_stop_flag_and_resumes) {
  const SessionReport first = run(3, [&] { stop_ = true; });
  EXPECT_TRUE(first.interrupted);
  EXPECT_LT(first.trained, 18u);
  EXPECT_EQ(first.failed, 0u);
  stop_ = false;
  const SessionReport second = run(3);
  EXPECT_EQ(first.trained + second.trained, 18u);
  EXPECT_THAT(results_.missing(), ElementsAre());
  EXPECT_THAT(failures_, ElementsAre());
}

}  // namespace
}  // namespace descent::train
