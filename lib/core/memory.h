#pragma once
// The memory of the machine.

namespace descent::core {

// Bytes that this process may use: the machine's memory, or less where a control group (a container, a Slurm job) sets
// a limit.
double memory_limit();

}  // namespace descent::core
