#pragma once
// The embedded data sets as they lie on disk, checked against their checksums.

#include <filesystem>

#include "config/choices.h"
#include "formats/data_set.h"

namespace descent::data {

// Reads the files of `name` below `folder`; a missing or damaged one is a FaultError.
formats::DataSet read_embedded(config::DataName name, const std::filesystem::path& folder);

}  // namespace descent::data
