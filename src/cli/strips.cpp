#include "cli/strips.h"

#include <fmt/format.h>

#include "cli/compiled_model.h"
#include "cli/terminal.h"
#include "support/error.h"

namespace convoy::cli {

void add_strip_option(CLI::App& command, StripOptions& options) {
  command
      .add_option("--strip", options.strip,
                  "rows of a large image that are computed at once, or off: the whole image (default: chosen)")
      ->check(CLI::Range(1, 65536) | CLI::IsMember({"off"}));
}

bool is_large(const ImageSize& size) {
  constexpr int64_t kLargePixels = 1 << 20;
  return size.height * size.width >= kLargePixels;
}

std::optional<ImageProgram> compile_strips(const std::string& model, const CompileOptions& compile, int64_t strip_rows,
                                           const ImageSize& size) {
  const ProgressLine progress("compiling " + file_name(model));
  auto program =
      compile_image(model, {.compile = compile, .strip_rows = strip_rows, .height = size.height, .width = size.width});
  if (!program && program.status().kind() == ErrorKind::unsupported) return std::nullopt;
  return value_of(std::move(program));
}

std::string strips_text(const std::string& model, const ImageInfo& info) {
  const std::string how =
      info.strip_rows < info.height ? fmt::format("in strips of {} rows", info.strip_rows) : "at once";
  return fmt::format("{}: {}x{}x{} -> {}x{}x{} {}, {}", file_name(model), info.width, info.height, info.channels,
                     info.out_width, info.out_height, info.out_channels, how, threads_text(info.threads));
}

}  // namespace convoy::cli
