// The subcommands: each file registers its options and, when it is chosen, what to do.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace convoy::cli {

/// Runs the chosen subcommand; returns the exit code. Throws Error.
using Action = std::function<int()>;

void add_dense(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_profile(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_merge(CLI::App& app, Action& action);
void add_quantize(CLI::App& app, Action& action);
void add_tune(CLI::App& app, Action& action);

}  // namespace convoy::cli
