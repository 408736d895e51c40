#pragma once
// Which process a number means: numbers come again, in a container at every start, and on every other machine that
// shares a folder.

#include <string>

namespace descent::core {

// When this process started, in clock ticks since the machine did; empty if there is none, or none that may be read.
std::string process_start(long process);

// The name of this machine.
const std::string& host_name();

// This process among those of all machines that share a folder: "1234 on node7", "1234 on node7 (Slurm job 12_3)".
const std::string& this_process();

// Bytes that this process may use: the machine's memory, or less where a control group (a container, a Slurm job) sets
// a limit.
double memory_limit();

}  // namespace descent::core
