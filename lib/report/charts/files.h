#pragma once
// Charts as files of their own, for slides, papers, JupyterLab and the Vega editor.

#include <filesystem>
#include <string_view>
#include <vector>

#include "report/charts/chart.h"

namespace descent::report {

// Writes each chart into the folder, which is made: "vl" as NAME.vl.json; "svg" and "png" by a Python that has the
// package vl-convert-python, run with the script in `share`; InputError where there is none. Returns the files.
std::vector<std::filesystem::path> write_charts(const std::vector<Chart>& charts, std::string_view format,
                                                const std::filesystem::path& folder,
                                                const std::filesystem::path& share);

}  // namespace descent::report
