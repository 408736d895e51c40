#include "report/guard.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "core/error.h"

namespace descent::report {
namespace {

constexpr int ok = static_cast<int>(core::ExitCode::ok), failed = static_cast<int>(core::ExitCode::failed),
              usage = static_cast<int>(core::ExitCode::usage);

void complain(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }

int failure(const std::string& what) {
  complain("descent: " + what);
  return failed;
}

// A closed pipe (`descent table x | head`) is not an error.
int output_failure(int code) {
  return code == EPIPE ? ok : failure(std::string("cannot write to the standard output: ") + std::strerror(code));
}

}  // namespace

int guarded(const std::function<int()>& body) try {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe must not end a training
  const int status = body();
  return std::fflush(stdout) == 0 && !std::ferror(stdout) ? status : output_failure(errno);
} catch (const core::InputError& error) {
  for (const core::Problem& problem : error.problems()) complain(problem.text());
  return usage;
} catch (const std::bad_alloc&) {
  return failure("out of memory; use fewer --jobs or a smaller network");
} catch (const std::system_error& error) {
  // fmt::print reports a failed write this way.
  return std::ferror(stdout) ? output_failure(error.code().value()) : failure(error.what());
} catch (const std::exception& error) {
  return failure(error.what());
}

}  // namespace descent::report
