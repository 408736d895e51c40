#pragma once
// What was understood of the data of a plan: said before anything is trained, and kept in the manifest.

#include <string>
#include <vector>

#include "plan/plan.h"

namespace descent {

struct DataReport {
  std::vector<std::string> texts;     // two lines for each data set or split of the points
  std::vector<std::string> warnings;  // what is probably a mistake
};

DataReport report_data(const plan::Plan& plan);

// All of it for a person: the texts, shortened where there are many.
std::string data_text(const DataReport& data);

// The warnings to stderr; with `strict` an InputError with all of them.
void warn_of_data(const DataReport& data, const std::string& file, bool strict);

}  // namespace descent
