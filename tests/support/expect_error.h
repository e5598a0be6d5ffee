// Expecting an Error for the right reason.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/error.h"

namespace convoy {

/// Expects that `fn` throws an Error of `kind` whose message contains `part`.
template <class Fn>
void expect_error(ErrorKind kind, const std::string& part, Fn&& fn) {
  try {
    fn();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
        << "'" << error.what() << "' lacks '" << part << "'";
    return;
  }
  ADD_FAILURE() << "no error, expected one with '" << part << "'";
}

template <class Fn>
void expect_invalid(const std::string& part, Fn&& fn) {
  expect_error(ErrorKind::invalid_input, part, std::forward<Fn>(fn));
}

template <class Fn>
void expect_unsupported(const std::string& part, Fn&& fn) {
  expect_error(ErrorKind::unsupported, part, std::forward<Fn>(fn));
}

}  // namespace convoy
