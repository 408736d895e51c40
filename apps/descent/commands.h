#pragma once
// The commands of the shell program: one function each, listed once in commands.cpp.

#include <span>
#include <string>
#include <vector>

#include "descent/options.h"

namespace descent {

// What the command line said.
struct Session {
  RunOptions options;
  std::vector<std::string> words;  // files of validate and verify, sides of compare, the key, topic, shell or words to complete
  std::vector<std::string> argv;
};

struct Command {
  const char* name;
  const char* help;
  const char* example;
  void (*configure)(CLI::App& command, Session& session);
  int (*run)(Session& session);
  bool hidden = false;
};
std::span<const Command> commands();

// Declares every command and its options.
void configure(CLI::App& app, Session& session);

int run_experiment(Session& session);
int validate(Session& session);
int show_plan(Session& session);
int show_schema(Session& session);
int explain(Session& session);
int list(Session& session);
int show_table(Session& session);
int show_status(Session& session);
int merge(Session& session);
int verify(Session& session);
int compare(Session& session);
int prune(Session& session);
int print_completion(Session& session);
int complete(Session& session);

// The shells that print_completion knows.
std::vector<std::string> completion_shells();

// Replaces this program by descent-train with the same arguments; returns only by FaultError.
[[noreturn]] void become_descent_train(const std::vector<std::string>& argv);

// Runs descent-train beside this program, its output on stderr, signals passed on; returns its exit status.
int run_descent_train(const std::vector<std::string>& argv);

}  // namespace descent
