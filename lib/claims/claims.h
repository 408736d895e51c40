#pragma once
// The claims of an experiment: checked against its plan before anything is trained, judged on its results.

#include <string>
#include <vector>

#include "claims/verdict.h"
#include "config/read.h"
#include "config/reader.h"
#include "store/results.h"

namespace descent::claims {

// Adds the mistakes in the claims of an experiment that is being read; a config::FurtherCheck.
void check_claims(const config::Document& document, config::Problems& problems);

// The claims of a document, each with its verdict on the results so far; without those that make no sense for its plan,
// such as of a swept value that is not there.
struct Judged {
  config::Claim claim;
  Check check;
};
std::vector<Judged> judge_claims(const config::Document& document, const plan::Plan& plan,
                                 const store::Results& results);

}  // namespace descent::claims
