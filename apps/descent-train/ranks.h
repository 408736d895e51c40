#pragma once
// Data-parallel runs: this process is a rank where torchrun or srun started it, or it is rank 0 and starts the others.

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "engine/ranks.h"
#include "plan/plan.h"
#include "train/session.h"

namespace descent {

// The rank that torchrun made this process, or srun without --shard; nothing where it stands alone.
std::optional<engine::Rendezvous> rank_of_environment(bool is_shard);

// Throws InputError where the runs of the experiment `file` cannot be trained with these ranks.
void check_ranks(const plan::Plan& plan, const std::string& file, const std::optional<engine::Rendezvous>& place);

// Trains the stacks, those of one world size after the other, with ranks that exist or that are started on this host
// with the same command line.
train::SessionReport train_with_ranks(const plan::Plan& plan, const std::vector<plan::Stack>& stacks,
                                      const store::Results& results, const train::SessionOptions& options,
                                      const train::SessionObserver& observer, std::atomic<bool>& stop,
                                      const std::optional<engine::Rendezvous>& place, char** argv);

// All that another rank than 0 does. Its exit status.
int follow(const plan::Plan& plan, const engine::Rendezvous& place, const std::atomic<bool>& stop);

}  // namespace descent
