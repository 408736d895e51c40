// descent: all commands but the training, which descent-train does.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "descent/commands.h"
#include "report/manifest.h"
#include "report/notice.h"

namespace descent {
namespace {

int run_program(int argc, char** argv) {
  CommandLine line;
  line.argv.assign(argv, argv + argc);
  CLI::App app("Descent trains the networks of an experiment file and writes their learning curves.", "descent");
  app.set_version_flag("--version", fmt::format("descent {} ({})", report::version(), report::git_hash()));
  app.footer("Example:\n  descent run experiments/quickstart.json\nOptions of a command: descent COMMAND --help");
  app.require_subcommand(1);
  configure(app, line);
  if (const auto status = parse_command_line(app, argc, argv)) return *status;
  for (const Command& command : commands())
    if (app.got_subcommand(command.name)) return command.run(line);
  return 0;
}

}  // namespace
}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] { return descent::run_program(argc, argv); });
}
