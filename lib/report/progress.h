#pragma once
// Progress on stderr: on a terminal a bar with rate and remaining time above the curve of what trains now, otherwise a
// line now and then, or every event as a line of JSON. That curve, which `descent status --watch` reads and draws too.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/table.h"
#include "store/run_state.h"

namespace descent::report {

struct LiveCurve {
  std::string label;  // "width=48, seed 0"
  std::vector<double> steps{}, losses{};

  // Beyond `most_points` every second one is dropped.
  void add(std::int64_t step, double loss);
};

// "width=48, seed 0": of a run, or of the first of several that train together.
std::string run_label(const plan::Plan& plan, std::size_t run, std::size_t together = 1);

// The lines of a small chart, none longer than the width; empty with fewer than three evaluations, or where the
// terminal has too few columns or rows.
std::vector<std::string> live_chart(const LiveCurve& curve, std::size_t columns, std::size_t rows, bool braille);

// A small file in the results folder, one for each process that trains.
void write_live(const std::filesystem::path& folder, const LiveCurve& curve);
void remove_live(const std::filesystem::path& folder);
// Of those of these processes that have one. The files of others are left over by processes that were killed.
std::vector<LiveCurve> read_live(const std::filesystem::path& folder, const std::vector<std::string>& processes);

// What a bar shows.
struct ProgressState {
  std::size_t runs_total = 0, runs_done = 0, runs_diverged = 0;  // all of this start alone
  double cost_total = 0, cost_done = 0;                          // floating-point operations
  double seconds = 0;
  std::optional<double> loss{};  // the latest

  double share() const;
  std::optional<double> seconds_left() const;
};

// "12/70 runs, 17 %, loss 0.43, 2.1 runs/s, 0:27 left"; `width` 0: no bar in front.
std::string progress_line(const ProgressState& state, std::size_t width);

// "7 s" is "0:07"; 3700 s is "1:01:40".
std::string format_duration(double seconds);

enum class ProgressForm { lines, terminal, json };

struct ProgressOptions {
  ProgressForm form = ProgressForm::lines;
  std::FILE* out = stderr;
  std::filesystem::path folder{};  // of the results, for `descent status --watch`; empty: none
};

// Safe to call from several threads.
class Progress {
 public:
  // Of the runs that this start trains; `cost_total`: their floating-point operations.
  Progress(const plan::Plan& plan, std::size_t runs_total, double cost_total, const ProgressOptions& options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add_cost(double operations);
  // Of so many runs that train together, this one the first: the mean of their losses.
  void evaluated(std::size_t run, std::size_t together, std::int64_t step, double loss);
  void finish_run(std::size_t run, store::RunState state);  // done, diverged or failed
  void note(const std::string& line);                       // a line of its own, without tearing the bar
  void close();                                             // clears the bar, or writes the last line

 private:
  using Clock = std::chrono::steady_clock;
  void write(const std::string& text) { std::fputs(text.c_str(), options_.out); }
  void show(bool last);
  void draw();
  void clear();
  std::string up(std::size_t columns) const;
  Json state_json() const;

  std::mutex mutex_;
  ProgressState state_;
  const plan::Plan& plan_;
  const ProgressOptions options_;
  const Clock::time_point start_;
  Clock::time_point shown_, written_;
  LiveCurve curve_;
  std::optional<std::size_t> run_;  // whose curve it is
  std::int64_t step_ = 0;
  std::size_t failed_ = 0;
  std::vector<std::size_t> drawn_;  // lengths of the lines on the terminal
  bool closed_ = false, first_ = true;
};

}  // namespace descent::report
