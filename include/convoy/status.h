// Errors as values, for the public API: no exception crosses the library's border.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace convoy {

/// Who has to act on an error.
enum class ErrorKind {
  invalid_input,  ///< the model, image or array given is at fault
  unsupported,    ///< the input is fine, Convoy cannot do it (the message says what would work)
  usage,          ///< an option or argument is wrong
  internal,       ///< a bug in Convoy
};

/// Success, or a kind of error and one line that names the place (file, node, operator, shape).
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorKind kind, std::string message) : error_({kind, std::move(message)}) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  ErrorKind kind() const { return error_->first; }
  const std::string& message() const { return error_->second; }

 private:
  std::optional<std::pair<ErrorKind, std::string>> error_;
};

/// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) { assert(!status_.ok()); }

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Status& status() const { return status_; }
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace convoy
