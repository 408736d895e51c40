#pragma once
// Progress on stderr: on a terminal a bar with rate and remaining time above the loss curve of the current run;
// otherwise an occasional line, or every event as a line of JSON. `descent status --watch` draws these curves too.

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

  // Drops every second point once there are too many.
  void add(std::int64_t step, double loss);
};

// The lines of a small chart, none longer than the width; empty with fewer than three evaluations, or if the terminal
// is too small.
std::vector<std::string> live_chart(const LiveCurve& curve, std::size_t columns, std::size_t rows, bool braille);

// Writes the curve to a small file in the results folder, one for each training process.
void write_live(const std::filesystem::path& folder, const LiveCurve& curve);
void remove_live(const std::filesystem::path& folder);
// The curves of these processes. The files of other processes are leftovers of killed ones.
std::vector<LiveCurve> read_live(const std::filesystem::path& folder, const std::vector<std::string>& processes);

// The state that a bar shows.
struct ProgressState {
  std::size_t runs_total = 0, runs_done = 0, runs_diverged = 0;  // trained by this process
  double cost_total = 0, cost_done = 0;                          // in floating-point operations
  double seconds = 0;
  std::optional<double> loss{};  // the latest one

  double share() const;
  std::optional<double> seconds_left() const;
};

// "12/70 runs, 17 %, loss 0.43, 2.1 runs/s, 0:27 left", after a bar unless `width` is 0.
std::string progress_line(const ProgressState& state, std::size_t width);

// 7 s is "0:07"; 3700 s is "1:01:40".
std::string format_duration(double seconds);

enum class ProgressForm { lines, terminal, json };

struct ProgressOptions {
  ProgressForm form = ProgressForm::lines;
  std::FILE* out = stderr;
  std::filesystem::path folder{};  // results folder for the curves of `descent status --watch`; empty: none
};

// Thread-safe.
class Progress {
 public:
  // `runs_total` and `cost_total` (floating-point operations) count the runs that this process trains.
  Progress(const plan::Plan& plan, std::size_t runs_total, double cost_total, const ProgressOptions& options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add_cost(double operations);
  // `loss` is the mean over a stack whose first run is `run`.
  void evaluated(std::size_t run, std::size_t stack_size, std::int64_t step, double loss);
  void finish_run(std::size_t run, store::RunState state);  // done, diverged or failed
  void note(const std::string& line);                       // prints a line above the bar
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
  std::optional<std::size_t> run_;  // the run that `curve_` belongs to
  std::int64_t step_ = 0;
  std::size_t failed_ = 0;
  std::vector<std::size_t> drawn_;  // widths of the lines on the terminal
  bool closed_ = false, first_ = true;
};

}  // namespace descent::report
