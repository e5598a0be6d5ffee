#include <algorithm>
#include <cmath>

#include "io/image.h"

namespace convoy {
namespace {

template <class T>
void to_integers(const float* pixels, int64_t count, float white, void* out) {
  const float scale = white / 255;
  for (int64_t i = 0; i < count; ++i) {
    const float value = pixels[i] * scale;
    static_cast<T*>(out)[i] = static_cast<T>(value > 0 ? std::min(std::nearbyint(value), white) : 0);
  }
}

}  // namespace

DType dtype_of(Depth depth) {
  if (depth == Depth::real) return DType::f32;
  return depth == Depth::bits16 ? DType::u16 : DType::u8;
}

void encode_pixels(Depth depth, const float* pixels, int64_t count, void* out) {
  switch (depth) {
    case Depth::bits8:
      return to_integers<uint8_t>(pixels, count, 255, out);
    case Depth::bits16:
      return to_integers<uint16_t>(pixels, count, 65535, out);
    case Depth::real:
      std::transform(pixels, pixels + count, static_cast<float*>(out), [](float value) { return value / 255; });
  }
}

}  // namespace convoy
