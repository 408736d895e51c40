#pragma once
// The language of claims, explained.

#include <string>

namespace descent::claims {

std::string language_help();

}  // namespace descent::claims
