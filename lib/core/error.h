#pragma once
// The errors that a user can correct. Mistakes in the program are asserts.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace descent::core {

// The exit status of both programs.
enum class ExitCode : int {
  ok = 0,            // diverged runs included: they are results
  failed = 1,        // a run, a file or the machine failed
  usage = 2,         // wrong command line or invalid experiment; nothing was written
  interrupted = 75,  // EX_TEMPFAIL: the same command resumes
};

// One fault in an input: where it is, and what is expected.
struct Problem {
  std::string file{};       // as the user named it; empty when not about a file
  std::int64_t line = 0;    // 1-based; 0 when unknown
  std::int64_t column = 0;  // 1-based, counted in characters; 0 when unknown
  std::string path{};       // JSON path, "model.norm.kind"; empty for the whole file
  std::string message{};

  // "file:line:column: path: message", leaving out what is unknown; printable.
  std::string text() const;
};

// Wrong input, with all faults that were found in one pass. Exit status 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  explicit InputError(const std::string& message);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// A fault of the machine (disk, permissions, a damaged file). The text says what to do. Exit status 1.
class FaultError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace descent::core
