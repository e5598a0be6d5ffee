// libvips with owners for its objects and Errors for its failures.
#pragma once

#include <vips/vips.h>

#include <memory>
#include <string>

namespace convoy {

struct VipsUnref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using VipsPtr = std::unique_ptr<VipsImage, VipsUnref>;

/// Starts libvips once: no operation cache, nothing on stderr, no loaders that libvips itself calls
/// unsafe for files of unknown origin.
void start_vips();

/// Throws Error (invalid input) with the first line of libvips' error buffer.
[[noreturn]] void fail_vips();

/// Calls a libvips operation with `in` and an output image: vips_apply(vips_cast, in, VIPS_FORMAT_FLOAT).
template <class Operation, class... Args>
VipsPtr vips_apply(Operation operation, const VipsPtr& in, Args... args) {
  VipsImage* out = nullptr;
  if (operation(in.get(), &out, args..., static_cast<void*>(nullptr)) != 0) fail_vips();
  return VipsPtr(out);
}

}  // namespace convoy
