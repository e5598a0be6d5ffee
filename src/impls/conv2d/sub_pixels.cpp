#include "impls/conv2d/sub_pixels.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/int_math.h"

namespace convoy {

int64_t SubPixels::shared(int lanes) const {
  return std::clamp<int64_t>(lanes / channels, 1, count());
}

int64_t SubPixels::vectors(int lanes) const {
  return ceil_div(channels, lanes);
}

int64_t SubPixels::channel(int64_t sub_pixel, int64_t o, int lanes) const {
  const int64_t together = shared(lanes);
  if (together > 1) return sub_pixel / together * lanes + sub_pixel % together * channels + o;
  return sub_pixel * round_up(channels, lanes) + o;
}

int64_t SubPixels::kernel_channels(int lanes) const {
  return count() == 1 ? channels : round_up(channel(count() - 1, channels - 1, lanes) + 1, lanes);
}

std::string SubPixels::key() const {
  if (count() == 1) return "";
  return fmt::format(" {}x{} sub-pixels of {}x{}x{} from {},{} whole {}x{}", h, w, channels, rows, columns, crop_h,
                     crop_w, whole_h, whole_w);
}

}  // namespace convoy
