// Errors inside the library: one exception type, turned into a Status where the public API ends.
#pragma once

#include <convoy/status.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace convoy {

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// The model or another input is at fault.
template <class... Args>
[[noreturn]] void invalid_input(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::invalid_input, fmt::format(format, std::forward<Args>(args)...));
}

/// The input is valid but beyond what Convoy does; say what would work.
template <class... Args>
[[noreturn]] void unsupported(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::unsupported, fmt::format(format, std::forward<Args>(args)...));
}

/// A wrong option or argument.
template <class... Args>
[[noreturn]] void usage_error(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::usage, fmt::format(format, std::forward<Args>(args)...));
}

/// A bug in Convoy.
template <class... Args>
[[noreturn]] void internal_error(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::internal, fmt::format(format, std::forward<Args>(args)...));
}

/// Runs `fn`; an Error thrown inside is thrown again with `context + ": "` before its message.
template <class Fn>
decltype(auto) with_context(const std::string& context, Fn&& fn) {
  try {
    return fn();
  } catch (const Error& error) {
    throw Error(error.kind(), context + ": " + error.what());
  }
}

/// Runs `fn` and turns what it throws into a Status: the border of the library.
template <class Fn>
auto catch_errors(Fn&& fn) -> Result<decltype(fn())> {
  try {
    return fn();
  } catch (const Error& error) {
    return Status(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    return Status(ErrorKind::invalid_input, "out of memory");
  } catch (const std::exception& error) {
    return Status(ErrorKind::internal, error.what());
  }
}

/// The same for what has no result.
template <class Fn>
Status status_of(Fn&& fn) {
  const auto done = catch_errors([&] {
    fn();
    return true;
  });
  return done ? Status() : done.status();
}

/// The way back, for programs that report errors as exceptions.
inline void throw_if_failed(const Status& status) {
  if (!status) throw Error(status.kind(), status.message());
}
template <class T>
T value_of(Result<T> result) {
  throw_if_failed(result.status());
  return std::move(*result);
}

}  // namespace convoy
