#pragma once
// Progress on stderr: a bar with rate and remaining time on a terminal, otherwise a line every few seconds.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>

namespace descent::report {

// What a bar shows.
struct ProgressState {
  std::size_t runs_total = 0, runs_done = 0, runs_diverged = 0;  // all of this start alone
  double cost_total = 0, cost_done = 0;                          // floating-point operations
  double seconds = 0;
  std::optional<double> loss{};  // the latest
};

// "12/70 runs, 17 %, loss 0.43, 2.1 runs/s, 0:27 left"; `width` 0: no bar in front.
std::string progress_line(const ProgressState& state, std::size_t width);

// "7 s" is "0:07"; 3700 s is "1:01:40".
std::string format_duration(double seconds);

// Safe to call from several threads.
class Progress {
 public:
  // Of the runs that this start trains; `cost_total`: their floating-point operations.
  Progress(std::size_t runs_total, double cost_total, bool terminal, std::FILE* out = stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add_cost(double operations);
  void show_loss(double loss);
  void finish_run(bool diverged);
  void note(const std::string& line);  // a line of its own, without tearing the bar
  void close();                        // clears the bar, or writes the last line

 private:
  using Clock = std::chrono::steady_clock;
  void show(bool last);
  void clear();

  std::mutex mutex_;
  ProgressState state_;
  const bool terminal_;
  std::FILE* const out_;
  const Clock::time_point start_;
  Clock::time_point shown_;
  bool drawn_ = false, closed_ = false;
};

}  // namespace descent::report
