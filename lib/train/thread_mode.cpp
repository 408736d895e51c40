#include "train/thread_mode.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "config/experiment.h"

namespace descent::train {

ThreadMode::ThreadMode(const config::Experiment& experiment) {
  const bool torch_engine = config::chosen_engine(experiment) == config::EngineKind::torch;
  std::fegetenv(&environment_);
  at::globalContext().setFlushDenormal(true);
  at::set_num_threads(torch_engine ? static_cast<int>(experiment.train.threads) : 1);
}

}  // namespace descent::train
