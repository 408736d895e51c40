#pragma once
// Data-parallel runs: torchrun or srun started this process as a rank, or it is rank 0 and starts the others.

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "engine/ranks.h"
#include "plan/plan.h"
#include "train/session.h"

namespace descent {

// The rank of this process if it was started by torchrun, or by srun without --shard.
std::optional<engine::Rendezvous> rank_of_environment(bool is_shard);

// Throws InputError if the runs of the experiment `file` cannot be trained with these ranks.
void check_ranks(const plan::Plan& plan, const std::string& file, const std::optional<engine::Rendezvous>& place);

// Trains the stacks, one world size after the other, with the given ranks or with ranks that are started on this host
// with the same command line.
train::SessionReport train_with_ranks(const plan::Plan& plan, const std::vector<plan::Stack>& stacks,
                                      const store::Results& results, const train::SessionOptions& options,
                                      const train::SessionObserver& observer, std::atomic<bool>& stop,
                                      const std::optional<engine::Rendezvous>& place, char** argv);

// Trains as a rank other than 0; returns the exit status.
int follow(const plan::Plan& plan, const engine::Rendezvous& place, const std::atomic<bool>& stop);

}  // namespace descent
