#include "report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/key_names.h"
#include "core/error.h"
#include "core/files.h"
#include "core/process.h"
#include "core/text.h"
#include "report/canvas.h"
#include "report/notice.h"
#include "report/table.h"

namespace descent::report {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_points = 512, max_width = 72, chart_rows = 8, min_width = 40;
constexpr std::uint64_t max_file_bytes = 1 << 20;

fs::path file_of(const fs::path& folder, std::string process) {
  std::ranges::replace_if(
      process, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '.'; }, '_');
  return folder / (".training_" + process);
}

// The line cut to a number of UTF-8 characters.
std::string truncated(std::string line, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (core::starts_character(line[i]) && ++seen > columns) return line.substr(0, i);
  return line;
}

constexpr auto redraw_pause = std::chrono::milliseconds(100);
constexpr auto first_line_pause = std::chrono::seconds(5), line_pause = std::chrono::seconds(30),
               event_pause = std::chrono::seconds(1), live_pause = std::chrono::seconds(1);
constexpr std::size_t max_bar_width = 40;

std::string rate(double per_second) {
  if (per_second >= 1) return fmt::format("{:.3g} runs/s", per_second);
  if (per_second * 60 >= 1) return fmt::format("{:.3g} runs/min", per_second * 60);
  return fmt::format("{:.3g} runs/h", per_second * 3600);
}

// "width=48, seed 0", or the mean of a stack whose first run this is.
std::string run_label(const plan::Plan& plan, std::size_t run, std::size_t stack_size) {
  std::string label = stack_size > 1 ? "mean of " : "";
  for (std::size_t i = 0; i < plan.factors.size(); ++i)
    label += fmt::format("{}={}, ", config::short_name(plan.factors[i]), plan.points[plan.runs[run].point].values[i]);
  label += fmt::format("seed {}", plan.runs[run].seed);
  if (stack_size > 1) label += fmt::format(" and {} more", stack_size - 1);
  return core::printable(label);
}

}  // namespace

void LiveCurve::add(std::int64_t step, double loss) {
  steps.push_back(static_cast<double>(step));
  losses.push_back(loss);
  if (steps.size() <= max_points) return;
  for (std::vector<double>* values : {&steps, &losses}) {
    for (std::size_t i = 0; 2 * i < values->size(); ++i) (*values)[i] = (*values)[2 * i];
    values->resize((values->size() + 1) / 2);
  }
}

std::vector<std::string> live_chart(const LiveCurve& curve, std::size_t columns, std::size_t rows, bool braille) {
  if (curve.steps.size() < 3 || columns < min_width || rows < 2 * (chart_rows + 1)) return {};
  const std::size_t width = std::min(columns - 1, max_width);
  const Drawing drawing{"loss of " + curve.label, "step", false, {{"", curve.steps, curve.losses}}};
  std::vector<std::string> lines =
      core::split(draw(drawing, {.width = width, .height = chart_rows, .braille = braille}), '\n');
  if (lines.back().empty()) lines.pop_back();
  for (std::string& line : lines) line = truncated(std::move(line), width);
  return lines;
}

void write_live(const fs::path& folder, const LiveCurve& curve) try {
  Json json{
      {"process", core::this_process()}, {"label", curve.label}, {"steps", curve.steps}, {"losses", Json::array()}};
  for (const double loss : curve.losses) json["losses"].push_back(std::isfinite(loss) ? Json(loss) : Json());
  core::write_file_atomically(file_of(folder, core::this_process()), json.dump());
} catch (const core::FaultError&) {  // of a full disk, which the training itself reports
}

void remove_live(const fs::path& folder) {
  std::error_code error;
  fs::remove(file_of(folder, core::this_process()), error);
}

std::vector<LiveCurve> read_live(const fs::path& folder, const std::vector<std::string>& processes) {
  std::vector<LiveCurve> curves;
  for (const std::string& process : processes) try {
      const Json json = Json::parse(core::read_regular_file(file_of(folder, process), max_file_bytes));
      LiveCurve curve{json.at("label").get<std::string>()};
      curve.steps = json.at("steps").get<std::vector<double>>();
      for (const Json& loss : json.at("losses")) curve.losses.push_back(loss.is_number() ? loss.get<double>() : NAN);
      if (curve.losses.size() == curve.steps.size()) curves.push_back(std::move(curve));
    } catch (const std::exception&) {  // not written yet, or already removed
    }
  return curves;
}

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(std::llround(std::min(seconds, 1e15)), 359'999'999LL));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

double ProgressState::share() const { return cost_total > 0 ? std::min(cost_done / cost_total, 1.0) : 1.0; }

std::optional<double> ProgressState::seconds_left() const {
  if (seconds <= 0 || share() <= 0 || share() >= 1) return {};
  return seconds * (1 - share()) / share();
}

std::string progress_line(const ProgressState& state, std::size_t width) {
  const double share = state.share();
  std::string line = fmt::format("{}/{} runs, {} %", state.runs_done, state.runs_total, static_cast<int>(share * 100));
  if (state.loss) line += fmt::format(", loss {:.3g}", *state.loss);
  if (state.runs_diverged > 0) line += fmt::format(", {} diverged", state.runs_diverged);
  // Runs differ in cost: the rate is in runs of mean cost.
  if (state.seconds > 0 && share > 0)
    line += ", " + rate(share * static_cast<double>(state.runs_total) / state.seconds);
  if (const auto left = state.seconds_left()) line += fmt::format(", {} left", format_duration(*left));
  if (width == 0) return line;
  if (line.size() + 8 > width) return line.substr(0, width);
  const std::size_t cells = std::min(max_bar_width, width - line.size() - 3);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(cells));
  return "[" + std::string(full, '#') + std::string(cells - full, '.') + "] " + line;
}

Progress::Progress(const plan::Plan& plan, std::size_t runs_total, double cost_total, const ProgressOptions& options)
    : state_{.runs_total = runs_total, .cost_total = cost_total}, plan_(plan), options_(options), start_(Clock::now()),
      shown_(start_), written_(start_) {
  if (options_.form == ProgressForm::json)
    write(event_line("start", {{"experiment", plan.name}, {"runs", runs_total}}));
}

Progress::~Progress() { close(); }

void Progress::add_cost(double operations) {
  const std::lock_guard lock(mutex_);
  state_.cost_done += operations;
  show(false);
}

void Progress::evaluated(std::size_t run, std::size_t stack_size, std::int64_t step, double loss) {
  const std::lock_guard lock(mutex_);
  state_.loss = loss;
  if (!run_) {  // the previous one has finished
    run_ = run;
    curve_ = {run_label(plan_, run, stack_size)};
  }
  if (run == *run_) curve_.add(step_ = step, loss);
  const auto now = Clock::now();
  if (!options_.folder.empty() && now - written_ >= live_pause) {
    write_live(options_.folder, curve_);
    written_ = now;
  }
  show(false);
}

void Progress::finish_run(std::size_t run, store::RunState state) {
  const std::lock_guard lock(mutex_);
  const bool failed = state == store::RunState::failed;
  failed_ += failed;
  state_.runs_done += !failed;
  state_.runs_diverged += state == store::RunState::diverged;
  if (run == run_) run_.reset();
  if (options_.form == ProgressForm::json) {
    const plan::Run& made = plan_.runs[run];
    write(event_line("run", {{"run", made.id()},
                             {"point", point_json(plan_, made.point)},
                             {"seed", made.seed},
                             {"state", store::name_of(state)}}));
  }
  show(false);
}

void Progress::note(const std::string& line) {
  const std::lock_guard lock(mutex_);
  clear();
  const bool json = options_.form == ProgressForm::json;
  write(json ? event_line("warning", {{"message", line}}) : core::printable(line) + "\n");
}

void Progress::close() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  show(true);
  closed_ = true;
  if (!options_.folder.empty()) remove_live(options_.folder);
}

Json Progress::state_json() const {
  Json json{{"runs", state_.runs_total}, {"done", state_.runs_done}, {"diverged", state_.runs_diverged},
            {"failed", failed_},         {"share", state_.share()},  {"seconds", state_.seconds}};
  add_finite(json, "seconds_left", state_.seconds_left());
  if (run_) json["run"] = plan_.runs[*run_].id(), json["step"] = step_;
  add_finite(json, "loss", state_.loss);
  return json;
}

void Progress::show(bool last) {
  const auto now = Clock::now();
  const auto pause = options_.form == ProgressForm::terminal ? Clock::duration(redraw_pause)
                     : options_.form == ProgressForm::json   ? Clock::duration(event_pause)
                     : first_                                ? Clock::duration(first_line_pause)
                                                             : Clock::duration(line_pause);
  if (closed_ || (!last && now - shown_ < pause)) return;
  if (state_.runs_total == 0 && options_.form != ProgressForm::json) return;
  shown_ = now;
  first_ = false;
  state_.seconds = std::chrono::duration<double>(now - start_).count();
  switch (options_.form) {
    case ProgressForm::lines: write(progress_line(state_, 0) + "\n"); break;
    case ProgressForm::json: write(event_line(last ? "end" : "progress", state_json())); break;
    case ProgressForm::terminal:
      if (last) clear();
      else draw();
      break;
  }
  std::fflush(options_.out);
}

// Moves the cursor to the first drawn line. In a terminal that has become narrower, the lines take more rows.
std::string Progress::up(std::size_t columns) const {
  std::size_t rows = 0;
  for (const std::size_t length : drawn_) rows += std::max<std::size_t>(1, (length + columns - 1) / columns);
  return rows > 1 ? fmt::format("\r\x1b[{}A", rows - 1) : "\r";
}

void Progress::draw() {
  const TerminalSize size = terminal_size(options_.out);
  std::vector<std::string> lines{progress_line(state_, size.columns - 1)};
  for (std::string& line : live_chart(curve_, size.columns, size.rows, shows_unicode()))
    lines.push_back(std::move(line));
  std::string text = drawn_.empty() ? "\r" : up(size.columns);
  const std::size_t before = drawn_.size();
  drawn_.clear();
  for (const std::string& line : lines) {
    text += (drawn_.empty() ? "" : "\n") + line + "\x1b[K";
    drawn_.push_back(width_of(line));
  }
  if (before > lines.size()) text += "\x1b[J";
  write(text);
}

void Progress::clear() {
  if (!drawn_.empty()) write(up(terminal_size(options_.out).columns) + "\x1b[J");
  drawn_.clear();
}

}  // namespace descent::report
