#pragma once
// Which process a number means: numbers come again, in a container at every start.

#include <string>

namespace descent::core {

// When this process started, in clock ticks since the machine did; empty if there is none, or none that may be read.
std::string process_start(long process);

}  // namespace descent::core
