// A process that is killed in the middle of its work.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <thread>

namespace convoy {

/// Calls `work` in a process of its own, which is killed after `delay`. Returns the last number that `work` reported
/// before, -1 for none.
inline int run_and_kill(std::chrono::milliseconds delay, const std::function<void(std::function<void(int)>)>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    try {
      work([&](int number) { (void)!::write(ends[1], &number, sizeof number); });
    } catch (...) {
    }
    _exit(0);
  }
  close(ends[1]);
  std::this_thread::sleep_for(delay);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  int last = -1;
  for (int number; ::read(ends[0], &number, sizeof number) == sizeof number;) last = number;
  close(ends[0]);
  return last;
}

}  // namespace convoy
