#pragma once
// The processes (ranks) that train one run together, each on an equal part of every batch: data parallelism.

#include <ATen/core/ATen_fwd.h>

#include <functional>
#include <memory>
#include <string>

#include "core/error.h"

namespace descent::engine {

// Another rank has ended or cannot be reached, so that this one cannot go on either. A new start resumes.
class RankLost : public core::FaultError {
 public:
  using core::FaultError::FaultError;
};

// Where the ranks of a run meet.
struct RankPlace {
  int rank = 0, size = 1, local_rank = 0;  // local_rank: among those of this host
  std::string address = "127.0.0.1";       // of the host of rank 0
  int port = 0;                            // 0: a free one, on rank 0 alone
  std::string launcher_store{};            // prefix of the keys where the launcher listens there (torchrun), else empty
};

// Every rank makes the same calls in the same order; each call ends when all have made it. RankLost where one does not.
class Ranks {
 public:
  explicit Ranks(RankPlace place) : place_(std::move(place)) {}
  virtual ~Ranks() = default;

  int rank() const { return place_.rank; }
  int size() const { return place_.size; }
  int local_rank() const { return place_.local_rank; }
  bool leads() const { return rank() == 0; }  // it alone reads and writes results

  // Replaces the values by their sum over the ranks: the same bits on all.
  virtual void sum(const at::Tensor& values) = 0;
  // What rank 0 gives.
  virtual std::string share(const std::string& bytes) = 0;
  bool any(bool value);

 private:
  const RankPlace place_;
};

// Why this build cannot train on several ranks; empty: it can.
std::string missing_ranks();

// Meets the other ranks. On rank 0 `listening` hears the port as soon as others can connect, and `waiting` is called
// until all are there: what it throws ends the wait.
std::shared_ptr<Ranks> join_ranks(const RankPlace& place, const std::function<void(int port)>& listening = {},
                                  const std::function<void()>& waiting = {});

}  // namespace descent::engine
