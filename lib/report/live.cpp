#include "report/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/words.h"
#include "core/error.h"
#include "core/files.h"
#include "core/process.h"
#include "core/text.h"
#include "report/json.h"
#include "report/table.h"

namespace descent::report {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_points = 512, widest = 72, chart_rows = 8, least_width = 40;
constexpr std::uint64_t largest_file = 1 << 20;

fs::path file_of(const fs::path& folder, std::string process) {
  std::ranges::replace_if(
      process, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '.'; }, '_');
  return folder / (".training_" + process);
}

// Of a line that may be too long; whole characters of UTF-8.
std::string shortened(std::string line, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (core::starts_character(line[i]) && ++seen > columns) return line.substr(0, i);
  return line;
}

}  // namespace

void LiveCurve::add(std::int64_t step, double loss) {
  steps.push_back(static_cast<double>(step));
  losses.push_back(loss);
  if (steps.size() <= most_points) return;
  for (std::vector<double>* values : {&steps, &losses}) {
    for (std::size_t i = 0; 2 * i < values->size(); ++i) (*values)[i] = (*values)[2 * i];
    values->resize((values->size() + 1) / 2);
  }
}

std::string run_label(const plan::Plan& plan, std::size_t run, std::size_t together) {
  std::string label;
  for (std::size_t i = 0; i < plan.factors.size(); ++i)
    label += fmt::format("{}={}, ", config::short_name(plan.factors[i]), plan.points[plan.runs[run].point].values[i]);
  label += fmt::format("seed {}", plan.runs[run].seed);
  if (together > 1) label += fmt::format(" and {} more, mean", together - 1);
  return core::printable(label);
}

std::vector<std::string> live_chart(const LiveCurve& curve, std::size_t columns, std::size_t rows, bool braille) {
  if (curve.steps.size() < 3 || columns < least_width || rows < 2 * (chart_rows + 1)) return {};
  const std::size_t width = std::min(columns - 1, widest);
  const auto [least, most] = std::ranges::minmax(curve.losses);
  Drawing drawing{
      "loss of " + curve.label, "step", false, least > 0 && most > 50 * least, {{"", curve.steps, curve.losses}}};
  std::vector<std::string> lines =
      core::split(draw(drawing, {.width = width, .height = chart_rows, .braille = braille}), '\n');
  if (lines.back().empty()) lines.pop_back();
  for (std::string& line : lines) line = shortened(std::move(line), width);
  return lines;
}

void write_live(const fs::path& folder, const LiveCurve& curve) try {
  Json json{
      {"process", core::this_process()}, {"label", curve.label}, {"steps", curve.steps}, {"losses", Json::array()}};
  for (const double loss : curve.losses) json["losses"].push_back(std::isfinite(loss) ? Json(loss) : Json());
  core::write_file_atomically(file_of(folder, core::this_process()), json.dump());
} catch (const core::FaultError&) {  // a full disk ends the training, not this
}

void remove_live(const fs::path& folder) {
  std::error_code error;
  fs::remove(file_of(folder, core::this_process()), error);
}

std::vector<LiveCurve> read_live(const fs::path& folder, const std::vector<std::string>& processes) {
  std::vector<LiveCurve> curves;
  for (const std::string& process : processes) try {
      const Json json = Json::parse(core::read_regular_file(file_of(folder, process), largest_file));
      LiveCurve curve{json.at("label").get<std::string>()};
      curve.steps = json.at("steps").get<std::vector<double>>();
      for (const Json& loss : json.at("losses")) curve.losses.push_back(loss.is_number() ? loss.get<double>() : NAN);
      if (curve.losses.size() == curve.steps.size()) curves.push_back(std::move(curve));
    } catch (const std::exception&) {  // not there yet, or gone again
    }
  return curves;
}

}  // namespace descent::report
