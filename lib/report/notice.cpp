#include "report/notice.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "core/text.h"

namespace descent::report {
namespace {

bool as_events = false;

void write(std::string_view event, const std::string& line, const Json& members) {
  std::fputs((as_events ? event_line(event, members) : core::printable(line) + "\n").c_str(), stderr);
}

constexpr int ok = static_cast<int>(core::ExitCode::ok), failed = static_cast<int>(core::ExitCode::failed),
              usage = static_cast<int>(core::ExitCode::usage);

int failure(const std::string& what) {
  report_error("descent: " + what);
  return failed;
}

// Otherwise the first files opened would take the descriptors of closed streams and receive what is printed.
void open_standard_streams() {
  for (int descriptor = open("/dev/null", O_RDWR); descriptor >= 0; descriptor = dup(descriptor))
    if (descriptor > STDERR_FILENO) {
      close(descriptor);
      return;
    }
}

// errno may have been changed by later calls since the write that failed.
bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

// A closed pipe (`descent table x | head`) is not an error.
int output_failure(int status, int code) {
  if (reader_is_gone()) return status;
  return failure(std::string("cannot write to standard output: ") +
                 (code ? std::strerror(code) : "an earlier write failed; is the disk full?"));
}

}  // namespace

std::string event_line(std::string_view event, const Json& members) {
  Json json{{"event", event}};
  json.update(members);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_notices_as_events() { as_events = true; }

void warn(const std::string& message) { write("warning", message, {{"message", message}}); }

void report_error(const std::string& message) { write("error", message, {{"message", message}}); }

void report_error(const core::Problem& problem) { write("error", problem.text(), problem_json(problem)); }

Json problem_json(const core::Problem& problem) {
  Json json{{"file", problem.file}, {"path", problem.path}, {"message", problem.message}};
  if (problem.line > 0) json.update({{"line", problem.line}, {"column", problem.column}});
  return json;
}

int guarded(const std::function<int()>& body) try {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe must not end a training
  std::signal(SIGXFSZ, SIG_IGN);  // exceeding a file size limit is then an error of write()
  const int status = body();
  const int code = std::fflush(stdout) == 0 ? 0 : errno;
  return code == 0 && !std::ferror(stdout) ? status : output_failure(status, code);
} catch (const core::InputError& error) {
  for (const core::Problem& problem : error.problems()) report_error(problem);
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
