#pragma once
// The commands of the shell program: one function each, listed once in main.cpp.

#include <string>
#include <vector>

#include "cluster/slurm.h"
#include "descent/options.h"

namespace descent {

// Of slurm.
struct SlurmOptions {
  cluster::Request request{};
  std::int64_t shards = 0;  // 0: as many as the estimate suggests
  bool dry_run = false;
};

// The parsed command line.
struct CommandLine : RunOptions {
  std::vector<std::string>
      words;  // files of validate and verify, sides of compare, the key, topic, shell or command line to complete
  std::vector<std::string> argv;
  SlurmOptions slurm{};
};

// Declares every command and its options.
void configure(CLI::App& app, CommandLine& line);

int run_experiment(CommandLine& line);
int validate(CommandLine& line);
int show_plan(CommandLine& line);
int show_schema(CommandLine& line);
int explain(CommandLine& line);
int list(CommandLine& line);
int show_table(CommandLine& line);
int plot_results(CommandLine& line);
int show_status(CommandLine& line);
int merge(CommandLine& line);
int verify(CommandLine& line);
int compare(CommandLine& line);
int write_report(CommandLine& line);
int show_best(CommandLine& line);
int prune(CommandLine& line);
int submit_to_slurm(CommandLine& line);
int export_results(CommandLine& line);
int print_completion(CommandLine& line);
int complete(CommandLine& line);

// What export writes.
inline const std::vector<std::string> export_kinds{"model", "curves", "tensorboard"};
// The shells that print_completion knows, and what list lists.
std::vector<std::string> completion_shells();
std::vector<std::string> topic_names();

// The training program: beside this one, or one that PATH has.
std::string descent_train();

// Replaces this program by descent-train with the same arguments; returns only by FaultError.
[[noreturn]] void become_descent_train(const std::vector<std::string>& argv);

// Runs descent-train as a child process, its output on stderr, signals passed on; returns its exit status.
int run_descent_train(const std::vector<std::string>& argv);

}  // namespace descent
