// Reads the pieces that a line of a text form is made of.
#pragma once

#include <convoy/tensor.h>

#include <string>
#include <string_view>

namespace convoy {

/// A position in one line. Each function skips spaces first and throws Error when it does not find
/// what it looks for.
class LineScanner {
 public:
  explicit LineScanner(std::string_view line) : line_(line) {}

  bool at_end();
  /// Moves past `token` when it comes next.
  bool accept(std::string_view token);
  void expect(std::string_view token);
  /// A bare or quoted word.
  std::string word();
  /// "f32[1x3x224x224]", "f32[]".
  TensorType type();
  /// Up to the next space outside quotes: an attribute's value, a number.
  std::string token();
  void expect_end();
  std::string_view rest() const { return line_.substr(pos_); }

 private:
  void skip_spaces();

  std::string_view line_;
  size_t pos_ = 0;
};

}  // namespace convoy
