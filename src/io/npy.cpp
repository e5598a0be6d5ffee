#include "io/npy.h"

#include <cstring>

#include "io/convert.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {
namespace {

constexpr uint32_t kMaxHeaderBytes = 1 << 16;

uint32_t header_size(ByteSource& source) {
  char prefix[8];
  if (source.left() == 0) invalid_input("is empty");
  if (source.left() < 10) invalid_input("is not a .npy file: only {} bytes", source.left());
  source.read(prefix, sizeof prefix);
  if (std::memcmp(prefix, "\x93NUMPY", 6) != 0) invalid_input("is not a .npy file: the first bytes are not \\x93NUMPY");
  const int version = static_cast<uint8_t>(prefix[6]);
  if (version < 1 || version > 3) invalid_input(".npy format version {} is unknown", version);
  const int size_bytes = version == 1 ? 2 : 4;
  uint8_t digits[4] = {};
  source.read(digits, size_bytes);
  return digits[0] | digits[1] << 8 | digits[2] << 16 | static_cast<uint32_t>(digits[3]) << 24;
}

/// Copies elements in Fortran order to C order: an odometer over the destination.
template <class T>
void reorder(const T* src, T* dst, const Shape& shape) {
  std::vector<int64_t> strides(shape.rank(), 1), index(shape.rank(), 0);
  for (int axis = 1; axis < shape.rank(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
  int64_t at = 0;
  for (int64_t i = 0; i < shape.elems(); ++i) {
    dst[i] = src[at];
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

Tensor to_c_order(const Tensor& src) {
  Tensor dst(src.type());
  visit_elems_of_size(size_of(src.dtype()), [&]<class T>() { reorder(src.as<T>(), dst.as<T>(), src.shape()); });
  return dst;
}

/// Any nonzero byte is true for NumPy; for C++ only 1 is.
void normalize_booleans(Tensor& tensor) {
  uint8_t* bytes = tensor.as<uint8_t>();
  for (int64_t i = 0; i < tensor.elems(); ++i) bytes[i] = bytes[i] != 0;
}

}  // namespace

NpyHeader read_npy_header(ByteSource& source) {
  const uint32_t size = header_size(source);
  if (size > kMaxHeaderBytes) invalid_input("a .npy header of {} bytes is not plausible", size);
  std::string text(size, '\0');
  source.read(text.data(), size);
  NpyHeader header = parse_npy_header(text);
  // Checked before allocating: a damaged header may ask for any amount of memory.
  int64_t bytes = 0;
  if (__builtin_mul_overflow(header.type.shape.elems(), size_of(header.type.dtype), &bytes) || bytes > source.left()) {
    invalid_input("truncated: {} needs more than the {} bytes that follow the header", header.type.str(),
                  source.left());
  }
  return header;
}

Tensor read_npy(ByteSource& source) {
  const NpyHeader header = read_npy_header(source);
  Tensor tensor(header.type);
  source.read(tensor.data(), tensor.bytes());
  if (header.fortran_order && header.type.shape.rank() > 1) tensor = to_c_order(tensor);
  if (tensor.dtype() == DType::boolean) normalize_booleans(tensor);
  return tensor;
}

Tensor read_npy(const std::string& path) {
  return with_context(path, [&] {
    FileSource source(path);
    return read_npy(source);
  });
}

std::string npy_bytes(const Tensor& tensor) {
  if (tensor.dtype() == DType::bf16) return npy_bytes(convert(tensor, DType::f32));
  std::string bytes = npy_header_bytes(tensor.type());
  bytes.append(static_cast<const char*>(tensor.data()), tensor.bytes());
  return bytes;
}

void write_npy(const std::string& path, const Tensor& tensor) {
  if (tensor.dtype() == DType::bf16) return write_npy(path, convert(tensor, DType::f32));
  const std::string header = npy_header_bytes(tensor.type());
  OutputFile file(path);
  file.write(header.data(), header.size());
  file.write(tensor.data(), tensor.bytes());
  file.commit();
}

}  // namespace convoy
