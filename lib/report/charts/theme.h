#pragma once
// Colours and fonts of charts and page.

#include <string>

#include "report/charts/chart.h"

namespace descent::report {

// The configuration of Vega-Lite for charts in files, with the colours for white paper.
Json file_theme();
// The same for the page, with references to its style: `var(--ink)`.
Json page_theme();
// What defines these, light, dark and for print.
std::string style_variables();

}  // namespace descent::report
