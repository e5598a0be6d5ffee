#include "codecs/vips.h"

#include "support/error.h"

namespace convoy {
namespace {

void ignore_message(const char*, GLogLevelFlags, const char*, void*) {}

bool start() {
  if (VIPS_INIT("convoy") != 0) internal_error("libvips does not start: {}", vips_error_buffer());
  vips_cache_set_max(0);
  vips_block_untrusted_set(TRUE);
  // Decoders warn once a line; what matters comes back as an error.
  g_log_set_handler("VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION), &ignore_message,
                    nullptr);
  return true;
}

}  // namespace

void start_vips() {
  static const bool started = start();
  (void)started;
}

void fail_vips() {
  std::string message = vips_error_buffer();
  vips_error_clear();
  message = message.substr(0, message.find('\n'));
  invalid_input("{}", message.empty() ? "libvips failed without a reason" : message);
}

}  // namespace convoy
