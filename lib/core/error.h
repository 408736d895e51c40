#pragma once
// Errors that a user can correct. Bugs in the program are assertions.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace descent::core {

// The exit status of both programs.
enum class ExitCode : int {
  ok = 0,            // also if runs diverged, which is a result
  failed = 1,        // a run, a file or the machine failed
  usage = 2,         // invalid command line or experiment; nothing was written
  interrupted = 75,  // EX_TEMPFAIL: running the same command again resumes
};

// One problem in an input: its location and what is expected.
struct Problem {
  std::string file{};       // as given by the user; empty if the problem is not in a file
  std::int64_t line = 0;    // 1-based; 0 when unknown
  std::int64_t column = 0;  // 1-based, counted in characters; 0 when unknown
  std::string path{};       // JSON path, "model.norm.kind"; empty for the whole file
  std::string message{};

  // "file:line:column: path: message" without unknown parts; printable.
  std::string text() const;
};

// Invalid input, with all problems that were found in one pass. Exit status 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  explicit InputError(const std::string& message);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// A failure outside the program (full disk, permissions, damaged file). The message says what to do. Exit status 1.
class FaultError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace descent::core
