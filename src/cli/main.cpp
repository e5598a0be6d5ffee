// convoy: the command line. Exit codes: 0 done, 1 the input is at fault, 2 wrong usage, 3 internal error.
#include <algorithm>
#include <cstdio>
#include <new>

#include "cli/commands.h"
#include "support/error.h"

#ifndef CONVOY_VERSION
#define CONVOY_VERSION "unknown"
#endif

namespace convoy::cli {
namespace {

constexpr int kInputFault = 1, kWrongUsage = 2, kInternal = 3;

/// One line on stderr, whatever the message holds.
int report(std::string message, int exit_code) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  fmt::print(stderr, "convoy: {}\n", message);
  return exit_code;
}

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return kWrongUsage;
    case ErrorKind::internal:
      return kInternal;
    default:
      return kInputFault;
  }
}

/// A full disk behind `convoy ... > file` must not look like success.
int flush_stdout(int exit_code) {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return exit_code;
  return report("standard output cannot be written", kInputFault);
}

int run_action(const Action& action) {
  try {
    return flush_stdout(action());
  } catch (const Error& error) {
    std::fflush(stdout);
    return report(error.what(), exit_code_of(error.kind()));
  } catch (const std::bad_alloc&) {
    return report("out of memory", kInputFault);
  } catch (const std::exception& error) {
    return report(std::string("internal error: ") + error.what(), kInternal);
  }
}

std::string help_hint(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "convoy --help" : fmt::format("convoy {} --help", chosen.front()->get_name());
}

int parse_failed(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  return report(fmt::format("{} (see {})", error.what(), help_hint(app)), kWrongUsage);
}

int run(int argc, char** argv) {
  CLI::App app("Convoy compiles a convolutional network for the machine it will run on, and runs it.", "convoy");
  app.set_version_flag("--version", "convoy " CONVOY_VERSION);
  app.require_subcommand(1);
  app.footer(
      "First steps: convoy info resnet18.onnx; convoy run resnet18.onnx --input cat.jpg; convoy bench "
      "resnet18.onnx\nExit codes: 0 done, 1 the input is at fault, 2 wrong usage, 3 internal error.");
  Action action;
  for (auto add : {add_run, add_dense, add_merge, add_bench, add_tune, add_profile, add_explain, add_compare,
                   add_quantize, add_info}) {
    add(app, action);
  }
  // CLI11 would only say that a subcommand is missing.
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  const auto is_first_word = [&](const CLI::App* command) { return command->check_name(argv[1]); };
  if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), is_first_word)) {
    return report(fmt::format("there is no subcommand '{}' (see convoy --help)", argv[1]), kWrongUsage);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_failed(app, error);
  }
  return run_action(action);
}

}  // namespace
}  // namespace convoy::cli

int main(int argc, char** argv) {
  return convoy::cli::run(argc, argv);
}
