#pragma once
// report.html: one file that opens without a network, of one experiment or of many; and charts as files of their own.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "claims/claims.h"
#include "report/charts/charts.h"

namespace descent::report {

// What the page says of one experiment.
struct Report {
  const config::Document& document;
  const plan::Plan& plan;
  const store::Results& results;
  std::vector<claims::Judged> judged;
  std::vector<Chart> charts;
};

// Style, script and the JavaScript of Vega that each page contains.
struct Assets {
  std::string style, script, vega;
};
// From the folder share/descent of the program; InputError where it was built without Vega.
Assets read_assets(const std::filesystem::path& folder);

// The place of an experiment in the course: "Initialization" for "he_init_depth".
struct CoursePlace {
  std::string topic, name;
};
// In the order of the table in experiments/README.md; empty if there is no such file.
std::vector<CoursePlace> read_course(const std::filesystem::path& readme);

std::string page_of(const Report& report, const Assets& assets);
// Contents by topic, then every experiment, in the order of the course; those that it does not know come last.
std::string gallery_of(const std::vector<Report>& reports, const std::vector<CoursePlace>& course,
                       const Assets& assets);

// Charts for slides, papers, JupyterLab and the Vega editor. Writes each chart into the folder, which is made: "vl" as
// NAME.vl.json; "svg" and "png" by a Python that has the package vl-convert-python, run with the script in `share`;
// InputError where there is none. Returns the files.
std::vector<std::filesystem::path> write_charts(const std::vector<Chart>& charts, std::string_view format,
                                                const std::filesystem::path& folder,
                                                const std::filesystem::path& share);

// Of pages, internal: the part about one experiment, and text inside HTML.

// For element content and attributes in double quotes.
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

// JSON inside <script>: no text in it can end the element.
inline std::string script_safe(std::string json) {
  for (std::size_t at = 0; (at = json.find('<', at)) != json.npos; at += 6) json.replace(at, 1, "\\u003c");
  return json;
}

// The question that the description begins with, otherwise the name in words.
std::string title_of(const Report& report);

// `level` of its heading: 1 or 2.
std::string section_of(const Report& report, int level);

}  // namespace descent::report
