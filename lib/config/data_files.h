#pragma once
// Data in files: how the keys say to read them, and what is known before their numbers are read.

#include <optional>
#include <string>

#include "config/data_facts.h"
#include "formats/npy_folder.h"
#include "formats/table.h"

namespace descent::config {

formats::ArrayOptions array_options(const Data& data);
formats::TableOptions table_options(const Data& data);
// Of the keys that change what is read from a file, and of all that says what is read: equal texts read equal numbers.
std::string reading_key(const Data& data);
std::string source_key(const Data& data);

// The facts of data with a path; files are read once in the life of the program.
DataFacts file_facts(const Data& data);

}  // namespace descent::config
