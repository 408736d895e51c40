#pragma once
// Data sets that are drawn instead of read.

#include <cstdint>

#include "config/experiment.h"
#include "formats/data_set.h"

namespace descent::data {

// The pool and the test part for the run with this seed. Every part draws inputs and noise from separate streams,
// example by example, so a longer part begins like a shorter one and no draw depends on the size of the noise.
formats::DataSet generate(const config::Data& config, std::int64_t seed);

}  // namespace descent::data
