#pragma once
// What --set, --sweep and --seeds change in the values of a file, before it is read.

#include "config/read.h"
#include "config/reader.h"
#include "config/source.h"

namespace descent::config {

// The root of `source` is an object. A key that is set is no longer swept. Values from here have no position.
void apply_overrides(Source& source, const Overrides& overrides, Problems& problems);

}  // namespace descent::config
