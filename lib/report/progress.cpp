#include "report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/terminal.h"

namespace descent::report {
namespace {

constexpr auto redraw_pause = std::chrono::milliseconds(100);
constexpr auto line_pause = std::chrono::seconds(10);
constexpr std::size_t widest_bar = 40;

std::string rate(double per_second) {
  if (per_second >= 1) return fmt::format("{:.3g} runs/s", per_second);
  if (per_second * 60 >= 1) return fmt::format("{:.3g} runs/min", per_second * 60);
  return fmt::format("{:.3g} runs/h", per_second * 3600);
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(std::llround(std::min(seconds, 1e15)), 359'999'999LL));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string progress_line(const ProgressState& state, std::size_t width) {
  const double share = state.cost_total > 0 ? std::min(state.cost_done / state.cost_total, 1.0) : 1.0;
  std::string line = fmt::format("{}/{} runs, {} %", state.runs_done, state.runs_total, static_cast<int>(share * 100));
  if (state.loss) line += fmt::format(", loss {:.3g}", *state.loss);
  if (state.runs_diverged > 0) line += fmt::format(", {} diverged", state.runs_diverged);
  // Runs are of unequal cost: the rate is that of the cost, in runs of mean cost.
  if (state.seconds > 0 && share > 0) {
    line += ", " + rate(share * static_cast<double>(state.runs_total) / state.seconds);
    if (share < 1) line += fmt::format(", {} left", format_duration(state.seconds * (1 - share) / share));
  }
  if (width == 0) return line;
  if (line.size() + 8 > width) return line.substr(0, width);
  const std::size_t cells = std::min(widest_bar, width - line.size() - 3);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(cells));
  return "[" + std::string(full, '#') + std::string(cells - full, '.') + "] " + line;
}

Progress::Progress(std::size_t runs_total, double cost_total, bool terminal, std::FILE* out)
    : state_{.runs_total = runs_total, .cost_total = cost_total}, terminal_(terminal), out_(out), start_(Clock::now()),
      shown_(start_) {}

Progress::~Progress() { close(); }

void Progress::add_cost(double operations) {
  const std::lock_guard lock(mutex_);
  state_.cost_done += operations;
  show(false);
}

void Progress::show_loss(double loss) {
  const std::lock_guard lock(mutex_);
  state_.loss = loss;
  show(false);
}

void Progress::finish_run(bool diverged) {
  const std::lock_guard lock(mutex_);
  ++state_.runs_done;
  state_.runs_diverged += diverged;
  show(false);
}

void Progress::note(const std::string& line) {
  const std::lock_guard lock(mutex_);
  clear();
  std::fputs((core::printable(line) + "\n").c_str(), out_);
}

void Progress::close() {
  const std::lock_guard lock(mutex_);
  if (!closed_) show(true);
  closed_ = true;
}

void Progress::show(bool last) {
  const auto now = Clock::now();
  if (closed_ || (!last && now - shown_ < (terminal_ ? Clock::duration(redraw_pause) : line_pause))) return;
  shown_ = now;
  state_.seconds = std::chrono::duration<double>(now - start_).count();
  if (!terminal_) {
    std::fputs((progress_line(state_, 0) + "\n").c_str(), out_);
  } else if (last) {
    clear();
  } else {
    std::fputs(("\r" + progress_line(state_, terminal_width(out_) - 1) + "\x1b[K").c_str(), out_);
    drawn_ = true;
  }
  std::fflush(out_);
}

void Progress::clear() {
  if (drawn_) std::fputs("\r\x1b[K", out_);
  drawn_ = false;
}

}  // namespace descent::report
