#include "report/guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "core/error.h"
#include "report/notice.h"

namespace descent::report {
namespace {

constexpr int ok = static_cast<int>(core::ExitCode::ok), failed = static_cast<int>(core::ExitCode::failed),
              usage = static_cast<int>(core::ExitCode::usage);

int failure(const std::string& what) {
  complain("descent: " + what);
  return failed;
}

// Otherwise the first files that are opened would take the place of closed streams, and get what is printed.
void open_standard_streams() {
  for (int descriptor = open("/dev/null", O_RDWR); descriptor >= 0; descriptor = dup(descriptor))
    if (descriptor > STDERR_FILENO) {
      close(descriptor);
      return;
    }
}

// Asked for rather than read from errno, which later calls may have changed since the write that failed.
bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

// A closed pipe (`descent table x | head`) is not an error.
int output_failure(int status, int code) {
  if (reader_is_gone()) return status;
  return failure(std::string("cannot write to the standard output: ") +
                 (code ? std::strerror(code) : "an earlier write failed; is the disk full?"));
}

}  // namespace

int guarded(const std::function<int()>& body) try {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe must not end a training
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of write
  const int status = body();
  const int code = std::fflush(stdout) == 0 ? 0 : errno;
  return code == 0 && !std::ferror(stdout) ? status : output_failure(status, code);
} catch (const core::InputError& error) {
  for (const core::Problem& problem : error.problems()) complain(problem);
  return usage;
} catch (const std::bad_alloc&) {
  return failure("out of memory; use fewer --jobs or a smaller network");
} catch (const std::system_error& error) {
  // fmt::print reports a failed write this way.
  return std::ferror(stdout) ? output_failure(ok, error.code().value()) : failure(error.what());
} catch (const std::exception& error) {
  return failure(error.what());
}

}  // namespace descent::report
