#pragma once
// Archives of arrays as numpy.savez writes them.

#include <string>
#include <utility>
#include <vector>

namespace descent::formats {

// A one-dimensional array of text: of int64 where all of it are integers, of float64 (NaN where empty) where all of it
// are numbers, otherwise of strings.
std::string npy_column(const std::vector<std::string>& cells);

// Of files and their bytes, not compressed (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace descent::formats
