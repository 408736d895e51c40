#include "report/charts/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/claims.h"
#include "report/points.h"
#include "report/run.h"
#include "report/status.h"
#include "store/attempts.h"

namespace descent::report {
namespace {

constexpr std::size_t max_title_length = 140, max_failures = 100, open_rows = 40;

// The end of the first sentence; npos if it is too long for a title.
std::size_t first_sentence(const std::string& text) {
  const std::size_t end = text.find_first_of(".?!");
  return end == text.npos || end + 1 > max_title_length || (end + 1 < text.size() && text[end + 1] != ' ') ? text.npos
                                                                                                           : end + 1;
}

// Keeps "95 %" on one line.
std::string unbroken(std::string text) {
  for (std::size_t at = 0; (at = text.find(" %", at)) != text.npos;) text.replace(at, 1, "\u00a0");
  return text;
}

// Formats options, assignments and names with underscores as code: "--set", "lr=0.1", "final_test_error".
std::string with_code(const std::string& text) {
  std::string html;
  for (const std::string& word : core::split(text, ' ')) {
    const std::size_t end = word.find_last_not_of(".,;:!?)") + 1;
    const bool is_code =
        word.starts_with("--") || (word.find_first_of("_=") < end && std::isalpha(static_cast<unsigned char>(word[0])));
    html += html.empty() ? "" : " ";
    html += is_code ? fmt::format("<code>{}</code>{}", escaped(word.substr(0, end)), escaped(word.substr(end)))
                    : escaped(word);
  }
  return html;
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t text_columns) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\"><table>\n";
  for (const auto& row : rows) {
    const bool head = &row == rows.data();
    html += head ? "<thead><tr>" : "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += fmt::format("<{0}{1}>{2}</{3}>", head ? "th scope=\"col\"" : "td",
                          i < text_columns ? " class=\"text\"" : "", escaped(row[i]), head ? "th" : "td");
    html += head ? "</tr></thead>\n<tbody>\n" : "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

using claims::Verdict;

const char* sign(Verdict verdict) {
  return verdict == Verdict::holds ? "\u2713" : verdict == Verdict::fails ? "\u2717" : "?";
}

// A drawing of the interval, the measured value as a dot, and the margin as a rule; "" without finite numbers.
std::string strip(const claims::Check& check) {
  constexpr double width = 120, edge = 8;
  const double measured = check.measured.value_or(NAN), low = check.low.value_or(measured),
               high = check.high.value_or(measured);
  if (!std::isfinite(measured) || !std::isfinite(low) || !std::isfinite(high) || check.counts_seeds) return "";
  const double least = std::min({low, measured, check.margin}), most = std::max({high, measured, check.margin});
  if (!(most > least)) return "";
  const auto x = [&](double value) { return edge + (width - 2 * edge) * (value - least) / (most - least); };
  return fmt::format(
      "<svg class=\"strip\" viewBox=\"0 0 {0} 16\" width=\"{0}\" height=\"16\" aria-hidden=\"true\">"
      "<line class=\"margin\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"1\" y2=\"15\"/>"
      "<line class=\"interval\" x1=\"{2:.1f}\" x2=\"{3:.1f}\" y1=\"8\" y2=\"8\"/>"
      "<circle cx=\"{4:.1f}\" cy=\"8\" r=\"3.5\"/></svg>",
      width, x(check.margin), x(low), x(high), x(measured));
}

// The relation and margin with a typographic sign: "≥ 0.3".
std::string relation(const claims::Check& check) {
  std::string text = margin_text(check);
  if (text.starts_with(">=")) text.replace(0, 2, "\u2265");
  if (text.starts_with("<=")) text.replace(0, 2, "\u2264");
  return text;
}

std::string claims_section(const std::vector<claims::Judged>& judged) {
  if (judged.empty()) return "";
  std::string html =
      fmt::format("<div class=\"claims\">\n<h3>{}</h3>\n<ul>\n", escaped(counts_text(ClaimCounts().add(judged))));
  for (const claims::Judged& claim : judged) {
    const std::string_view verdict = claims::name_of(claim.check.verdict);
    html += fmt::format(
        "<li class=\"{0}\"><span class=\"verdict\"><b aria-hidden=\"true\">{1}</b> {0}</span><div><p "
        "class=\"says\">{2}</p>"
        "<p class=\"measured\">{3}<span><b>{4}</b> {5}, n = {6}</span></p><code>{7}</code>{8}</div></li>\n",
        verdict, sign(claim.check.verdict), escaped(sentence(claim, false)), strip(claim.check),
        escaped(measured_text(claim.check)), escaped(relation(claim.check)), claim.check.n, escaped(claim.claim.that),
        claim.claim.reference.empty() ? ""
                                      : fmt::format("<p class=\"reference\">{}</p>", escaped(claim.claim.reference)));
  }
  return html + "</ul>\n</div>\n";
}

// "24 points x 10 seeds, 240 runs: 238 done, 2 diverged"
std::string summary_line(const Report& report) {
  const Status status = read_status(report.results, report.plan);
  std::string text = fmt::format("{}, {}", core::counted(report.plan.points.size(), "point"),
                                 core::counted(report.plan.runs.size(), "run"));
  for (const store::RunStateName& entry : store::run_states)
    if (const std::size_t n = status.total.count(entry.state); n > 0)
      text += fmt::format("{} {} {}", entry.state == store::RunState::done ? ":" : ",", n, entry.name);
  return text;
}

std::string charts_section(const Report& report) {
  std::string html = "<div class=\"charts\">\n";
  for (const Chart& chart : report.charts) {
    const std::string id = escaped(report.plan.name + "-" + chart.name);
    html += fmt::format(
        "<figure id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h3 id=\"{0}-title\">{1}</h3>\n<div "
        "class=\"chart\"></div>\n"
        "<figcaption>{2}</figcaption>\n<script type=\"application/json\">{3}</script>\n</figure>\n",
        id, escaped(chart.title), escaped(unbroken(chart.caption)), script_safe(chart.spec.dump()));
  }
  return html + "</div>\n";
}

std::string points_section(const Report& report) {
  const auto rows = points_cells(report.results, report.plan, {.every_measure = true});
  return fmt::format("<details{}><summary>Points: mean ± 95 % interval</summary>\n{}</details>\n",
                     rows.size() <= open_rows ? " open" : "", table(rows, report.plan.factors.size()));
}

std::string failures_section(const Report& report) {
  const auto attempts = store::read_attempts(report.results.folder());
  const std::vector<std::size_t> missing = report.results.missing();
  std::vector<std::vector<std::string>> rows{report.plan.factors};
  rows[0].insert(rows[0].end(), {"seed", "run", "state", "details"});
  const auto add = [&](std::size_t run, const std::string& state, const std::string& why) {
    auto& row = rows.emplace_back(report.plan.points[report.plan.runs[run].point].values);
    row.insert(row.end(), {std::to_string(report.plan.runs[run].seed), report.plan.runs[run].id(), state, why});
  };
  const std::size_t step = store::column_at(store::summary_columns(), "diverged_step");
  report.results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    if (store::state_in(cells) == store::RunState::diverged) add(run, "diverged", "step " + cells[step]);
  });
  for (const std::size_t run : missing)
    if (const auto found = attempts.find(report.plan.runs[run].hash);
        found != attempts.end() && !found->second.failure.empty())
      add(run, "failed", found->second.failure);
  if (rows.size() == 1) return "";
  const std::size_t all = rows.size() - 1;
  if (all > max_failures) rows.resize(max_failures + 1);
  return fmt::format("<details><summary>{} diverged or failed{}</summary>\n{}</details>\n", core::counted(all, "run"),
                     all > max_failures ? fmt::format(", the first {}", max_failures) : "",
                     table(rows, report.plan.factors.size()));
}

std::string provenance_section(const Report& report) try {
  const Json manifest = read_manifest(report.results.folder());
  if (!manifest.is_object()) return "";
  const auto text = [&](const char* key) {
    const Json value = manifest.value(key, Json());
    if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
    std::string words;
    for (const Json& word : value)
      words += (words.empty()                     ? ""
                : std::string_view(key) == "argv" ? " "
                                                  : ", ") +
               (word.is_string() ? word.get<std::string>() : word.dump());
    return words;
  };
  const Json descent = manifest.value("descent", Json::object()), cpu = manifest.value("cpu", Json::object());
  const std::string git = descent.value("git", "");
  std::vector<std::pair<std::string, std::string>> entries{
      {"Command", text("argv")},
      {"Descent", descent.value("version", "") + " (" + git + ")" +
                      (git.ends_with("-dirty") ? ", built with uncommitted changes" : "")},
      {"LibTorch", text("libtorch")},
      {"Engines", text("engines")},
      {"Host", text("host") + ", " + text("system")},
      {"CPU", cpu.value("model", "") + fmt::format(", {} cores", cpu.value("cores", 0))},
      {"Start, end", text("start") + " to " + text("end")},
      {"Time", fmt::format("{:.1f} s; training, summed over all runs: {:.1f} s", manifest.value("seconds", 0.0),
                           manifest.value("training_seconds", 0.0))}};
  std::string html = "<details class=\"provenance\"><summary>Provenance</summary>\n<dl>\n";
  for (const auto& [name, value] : entries) html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
  return html + "</dl>\n</details>\n";
} catch (const Json::exception&) {  // values of other types than Descent writes
  return "";
}

}  // namespace

std::string title_of(const Report& report) {
  const std::string& description = report.document.base.description;
  const std::size_t end = first_sentence(description);
  if (end != description.npos && description[end - 1] == '?') return description.substr(0, end);
  std::string words = report.plan.name;
  std::ranges::replace(words, '_', ' ');
  return capitalized(words);
}

std::string section_of(const Report& report, int level) {
  const std::string title = title_of(report);
  std::string description = report.document.base.description;
  if (title.ends_with('?')) description.erase(0, std::min(title.size() + 1, description.size()));
  std::string html = fmt::format(
      "<section class=\"experiment\" id=\"{0}\">\n<header>\n<p class=\"name\">{0}</p>\n<h{1}>{2}</h{1}>\n<p "
      "class=\"lead\">{3}</p>\n"
      "<p class=\"facts\">{4}</p>\n</header>\n",
      escaped(report.plan.name), level, escaped(unbroken(title)), with_code(unbroken(description)),
      escaped(summary_line(report)));
  html += claims_section(report.judged) + charts_section(report) + points_section(report) + failures_section(report) +
          provenance_section(report);
  return html + "</section>\n";
}

}  // namespace descent::report
