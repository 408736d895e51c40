#pragma once
// Data parallelism: processes (ranks) that train one run together, each on an equal part of every batch.

#include <ATen/core/ATen_fwd.h>

#include <functional>
#include <memory>
#include <string>

#include "core/error.h"

namespace descent::engine {

// Another rank has ended or cannot be reached, so that this one cannot continue. Starting the run again resumes it.
class RankLost : public core::FaultError {
 public:
  using core::FaultError::FaultError;
};

// How the ranks of a run find each other.
struct Rendezvous {
  int rank = 0, size = 1, local_rank = 0;  // local_rank: among the ranks of this host
  std::string address = "127.0.0.1";       // of the host of rank 0
  int port = 0;                            // 0, only on rank 0: any free port
  std::string launcher_store{};            // prefix of keys in the store of the launcher (torchrun); empty: none
};

// Every rank must make the same calls in the same order; each call waits for all ranks. Throws RankLost if one is lost.
class Ranks {
 public:
  explicit Ranks(Rendezvous rendezvous) : rendezvous_(std::move(rendezvous)) {}
  virtual ~Ranks() = default;

  int rank() const { return rendezvous_.rank; }
  int size() const { return rendezvous_.size; }
  int local_rank() const { return rendezvous_.local_rank; }
  bool is_main() const { return rank() == 0; }  // only the main rank reads and writes results

  // Replaces the values by their sum over the ranks, with the same bits on all.
  virtual void all_reduce(const at::Tensor& values) = 0;
  // Returns the bytes passed on rank 0.
  virtual std::string broadcast(const std::string& bytes) = 0;
  // True if any rank passes true.
  bool any(bool value);

 private:
  const Rendezvous rendezvous_;
};

// Returns why this build cannot train on several ranks; empty if it can.
std::string missing_ranks();

// Connects to the other ranks. On rank 0 `on_listening` is called as soon as others can connect, and `while_waiting`
// repeatedly until all have; an exception from it ends the wait.
std::shared_ptr<Ranks> join_ranks(const Rendezvous& rendezvous, const std::function<void(int port)>& on_listening = {},
                                  const std::function<void()>& while_waiting = {});

}  // namespace descent::engine
