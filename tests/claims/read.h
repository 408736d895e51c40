#pragma once
// Experiments of tests, their claims checked in the pass that reads them.

#include <string>
#include <string_view>

#include "claims/claims.h"
#include "config/read.h"

namespace descent::claims {

inline config::Document read_document_text(std::string_view text, const std::string& file,
                                           const config::Overrides& overrides = {}) {
  return config::read_document_text(text, file, overrides, check_claims);
}

}  // namespace descent::claims
