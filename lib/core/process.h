#pragma once
// Identifies processes across restarts and machines. A process ID alone is not enough: it is reused, and other machines
// that share a folder use the same IDs.

#include <string>

namespace descent::core {

// Start time of a process, in clock ticks since boot; empty if it does not exist or cannot be read.
std::string process_start_time(long process);

// The name of this machine.
const std::string& host_name();

// Identifies this process to users of all machines: "1234 on node7", "1234 on node7 (Slurm job 12_3)".
const std::string& this_process();

// Memory available to this process, in bytes: that of the machine, or the limit of its control group (container, job).
double memory_limit();

}  // namespace descent::core
