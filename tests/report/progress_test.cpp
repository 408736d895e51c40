#include "report/progress.h"

#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "core/text.h"
#include "store/fixture.h"

namespace descent::report {
namespace {

// What was written to a temporary file.
class Sink {
 public:
  Sink() : file_(std::tmpfile()) {}
  ~Sink() { std::fclose(file_); }
  std::FILE* file() const { return file_; }
  std::string text() const {
    std::string bytes(static_cast<std::size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file_));
    return bytes;
  }

 private:
  std::FILE* file_;
};

using store::RunState;

class OfRuns : public testing::Test {
 protected:
  ProgressOptions to(const Sink& sink, ProgressForm form = ProgressForm::lines) const { return {form, sink.file()}; }

  const plan::Plan plan = store::plan_with({"4", "8"}, 1);
};
using progress_of_runs = OfRuns;

const ProgressState half{.runs_total = 10, .runs_done = 2, .cost_total = 100, .cost_done = 50, .seconds = 10};

TEST(progress, durations_read_like_a_clock) {
  EXPECT_EQ(format_duration(0.4), "0:00");
  EXPECT_EQ(format_duration(7), "0:07");
  EXPECT_EQ(format_duration(125.6), "2:06");
  EXPECT_EQ(format_duration(3700), "1:01:40");
}

TEST(progress, line_shows_runs_share_rate_and_time_left) {
  EXPECT_EQ(progress_line(half, 0), "2/10 runs, 50 %, 30 runs/min, 0:10 left");
}

TEST(progress, line_counts_diverged_runs) {
  ProgressState state = half;
  state.runs_diverged = 2;
  EXPECT_EQ(progress_line(state, 0), "2/10 runs, 50 %, 2 diverged, 30 runs/min, 0:10 left");
}

TEST(progress, line_shows_the_latest_loss) {
  ProgressState state = half;
  state.loss = 0.43219;
  EXPECT_EQ(progress_line(state, 0), "2/10 runs, 50 %, loss 0.432, 30 runs/min, 0:10 left");
}

TEST(progress, line_at_the_start_claims_no_rate) {
  EXPECT_EQ(progress_line({.runs_total = 4, .cost_total = 10}, 0), "0/4 runs, 0 %");
}

TEST(progress, bar_fits_the_width) {
  EXPECT_EQ(progress_line(half, 53), "[#####......] 2/10 runs, 50 %, 30 runs/min, 0:10 left");
  EXPECT_EQ(progress_line(half, 20), "2/10 runs, 50 %, 30 ");
  EXPECT_EQ(progress_line(half, 200).find(']'), 41u);
}

TEST_F(progress_of_runs, off_a_terminal_is_a_plain_line_at_the_end) {
  const Sink sink;
  Progress progress(plan, 2, 0, to(sink));
  progress.finish_run(0, RunState::done);
  progress.finish_run(1, RunState::diverged);
  progress.close();
  EXPECT_TRUE(sink.text().starts_with("2/2 runs, 100 %, 1 diverged, "));
  EXPECT_EQ(sink.text().find('\x1b'), std::string::npos);
}

TEST_F(progress_of_runs, on_a_terminal_is_cleared_at_the_end_and_around_notes) {
  const Sink sink;
  {
    Progress progress(plan, 2, 10, to(sink, ProgressForm::terminal));
    std::this_thread::sleep_for(std::chrono::milliseconds(110));
    progress.add_cost(5);
    progress.note("hello");
  }
  const std::string text = sink.text();
  EXPECT_TRUE(text.starts_with("\r["));
  EXPECT_TRUE(text.ends_with("\x1b[K\r\x1b[Jhello\n")) << text;
}

TEST_F(progress_of_runs, on_a_terminal_draws_the_curve_below_the_bar_and_goes_back_up_before_it_draws_again) {
  const Sink sink;
  Progress progress(plan, 2, 10, to(sink, ProgressForm::terminal));
  for (int i = 0; i < 4; ++i) progress.evaluated(1, 1, i, 1.0 / (i + 1));
  std::this_thread::sleep_for(std::chrono::milliseconds(110));
  progress.add_cost(5);
  const std::string first = sink.text();
  EXPECT_NE(first.find("loss of width=8, seed 0"), std::string::npos) << first;
  progress.close();
  const auto below = std::ranges::count(first, '\n');
  EXPECT_GT(below, 5);
  EXPECT_TRUE(sink.text().ends_with("\r\x1b[" + std::to_string(below) + "A\x1b[J")) << sink.text();
}

TEST_F(progress_of_runs, on_a_terminal_draws_at_most_ten_times_a_second) {
  const Sink sink;
  Progress progress(plan, 1, 1e9, to(sink, ProgressForm::terminal));
  for (int i = 0; i < 10000; ++i) progress.add_cost(1);
  progress.close();
  const std::string text = sink.text();
  EXPECT_LE(std::count(text.begin(), text.end(), '\r'), 5);
}

TEST_F(progress_of_runs, as_json_is_one_object_a_line_with_start_runs_warnings_and_end) {
  const Sink sink;
  {
    Progress progress(plan, 2, 10, to(sink, ProgressForm::json));
    progress.note("a \"warning\"");
    progress.finish_run(1, RunState::diverged);
    progress.finish_run(0, RunState::failed);
  }
  std::vector<Json> events;
  for (const std::string& line : core::split(sink.text(), '\n'))
    if (!line.empty()) events.push_back(Json::parse(line));
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].dump(), R"({"event":"start","experiment":"trial","runs":2})");
  EXPECT_EQ(events[1].dump(), R"({"event":"warning","message":"a \"warning\""})");
  EXPECT_EQ(events[2]["point"].dump(), R"({"model.width":"8"})");
  EXPECT_EQ(events[2]["state"], "diverged");
  EXPECT_EQ(events[3]["state"], "failed");
  EXPECT_EQ(events[4]["event"], "end");
  EXPECT_EQ(events[4]["done"], 1);
  EXPECT_EQ(events[4]["failed"], 1);
}

TEST_F(progress_of_runs, counts_right_from_several_threads) {
  const Sink sink;
  Progress progress(plan, 64, 64, to(sink));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 8; ++j) {
        progress.add_cost(1);
        progress.finish_run(0, RunState::done);
      }
    });
  for (std::thread& thread : threads) thread.join();
  progress.close();
  EXPECT_TRUE(sink.text().starts_with("64/64 runs, 100 %"));
}

}  // namespace
}  // namespace descent::report
