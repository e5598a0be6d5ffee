// What the terminal can show, and messages that only a person watching wants.
#pragma once

#include <string>

namespace convoy::cli {

/// Standard output is a terminal that shows UTF-8.
bool stdout_shows_utf8();

/// A bar of `fraction` (0..1) of `width` characters, drawn in eighths when `utf8`, else with '#'.
std::string bar(double fraction, int width, bool utf8);

/// Display width: code points, of text without combining or wide characters.
int display_width(const std::string& text);
/// At most `width` characters: the middle is replaced by two dots.
std::string shorten(const std::string& text, int width);

/// "compiling resnet18.onnx ..." on stderr while it lives, if that is a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(const std::string& text);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  /// Replaces the line.
  void show(const std::string& text);

 private:
  bool visible_;
};

}  // namespace convoy::cli
