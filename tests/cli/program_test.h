// Runs the built convoy and looks at its exit code and what it prints.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "support/temp_folder.h"

namespace convoy::cli {

struct Finished {
  int exit_code;
  std::string out, err;
};

class Program : public TempFolder {
 protected:
  /// A network from tests/data.
  static std::string model(const std::string& name) { return std::string(CONVOY_TEST_DATA) + "/" + name; }

  /// `arguments` as for a shell, in the test's folder, which runs `before` first. The cache of kernels is shared by the
  /// tests.
  Finished convoy(const std::string& arguments, const std::string& before = "") {
    const std::string command = "cd '" + folder() + "' && " + before +
                                " CONVOY_CACHE_DIR=" CONVOY_TEST_CACHE " " CONVOY_PROGRAM " " + arguments +
                                " >stdout.txt 2>stderr.txt </dev/null";
    const int status = std::system(command.c_str());
    Finished finished{WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("stdout.txt"), read("stderr.txt")};
    std::filesystem::remove(path("stdout.txt"));
    std::filesystem::remove(path("stderr.txt"));
    return finished;
  }

  /// Expects the exit code, and one line on stderr that starts with "convoy: " and contains `part`.
  void expect_failure(int exit_code, const std::string& part, const std::string& arguments,
                      const std::string& before = "") {
    SCOPED_TRACE("convoy " + arguments);
    const Finished finished = convoy(arguments, before);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
    EXPECT_EQ(finished.err.substr(0, 8), "convoy: ");
    EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 1) << finished.err;
    EXPECT_NE(finished.err.find(part), std::string::npos) << "'" << finished.err << "' lacks '" << part << "'";
  }

  /// Expects success and that standard output contains `part`.
  std::string expect_success(const std::string& part, const std::string& arguments) {
    SCOPED_TRACE("convoy " + arguments);
    const Finished finished = convoy(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
    EXPECT_NE(finished.out.find(part), std::string::npos) << finished.out << "lacks '" << part << "'";
    return finished.out;
  }
};

}  // namespace convoy::cli
