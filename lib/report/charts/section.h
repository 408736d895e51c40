#pragma once
// Text inside HTML, and the part of a page about one experiment.

#include <string>
#include <string_view>

#include "report/charts/page.h"

namespace descent::report {

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
