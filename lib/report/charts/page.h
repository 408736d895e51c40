#pragma once
// report.html, a self-contained page for one experiment or many, and charts as separate files.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "claims/claims.h"
#include "report/charts/charts.h"

namespace descent::report {

// The content of the page for one experiment.
struct Report {
  const config::Document& document;
  const plan::Plan& plan;
  const store::Results& results;
  std::vector<claims::Judged> judged;
  std::vector<Chart> charts;
};

// The CSS, script and Vega JavaScript that each page contains.
struct Assets {
  std::string style, script, vega;
};
// Reads them from the folder share/descent of the program. Throws InputError if it was built without Vega.
Assets read_assets(const std::filesystem::path& folder);

// The topic of an experiment in the course: "Initialization" for "he_init_depth".
struct CoursePlace {
  std::string topic, name;
};
// The table in experiments/README.md, in order; empty if there is no such file.
std::vector<CoursePlace> read_course(const std::filesystem::path& readme);

std::string page_of(const Report& report, const Assets& assets);
// A table of contents by topic, then every experiment in the order of the course; others come last.
std::string gallery_of(const std::vector<Report>& reports, const std::vector<CoursePlace>& course,
                       const Assets& assets);

// Writes each chart into the folder, which is created if needed, for slides, papers, JupyterLab or the Vega editor:
// "vl" as NAME.vl.json; "svg" and "png" with render_charts.py in `share`. Throws InputError if no Python with the
// package vl-convert-python is found. Returns the files.
std::vector<std::filesystem::path> write_charts(const std::vector<Chart>& charts, std::string_view format,
                                                const std::filesystem::path& folder,
                                                const std::filesystem::path& share);

// Internal helpers of pages.

// Escapes text for element content and attributes in double quotes.
inline std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') safe += "&amp;";
    else if (c == '<') safe += "&lt;";
    else if (c == '>') safe += "&gt;";
    else if (c == '"') safe += "&quot;";
    else safe += c;
  }
  return safe;
}

// Escapes JSON inside <script>, so that no text in it can end the element.
inline std::string script_safe(std::string json) {
  for (std::size_t at = 0; (at = json.find('<', at)) != json.npos; at += 6) json.replace(at, 1, "\\u003c");
  return json;
}

// The question that the description begins with, otherwise the name of the experiment in words.
std::string title_of(const Report& report);

// The part about one experiment; its heading has this `level`, 1 or 2.
std::string section_of(const Report& report, int level);

}  // namespace descent::report
