#include "frontends/tflite/tensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "frontends/tensor_data.h"
#include "frontends/tflite/element_types.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy::tflite_frontend {
namespace {

constexpr unsigned kMaxRank = 32;
constexpr int64_t kMaxElems = int64_t{1} << 56;

template <class Fn>
decltype(auto) with_tensor(const ModelFile& file, int index, Fn&& fn) {
  return with_context(fmt::format("tensor '{}'", file.tensor_name(index)), std::forward<Fn>(fn));
}

Shape shape_of(const tflite::Tensor& tensor) {
  std::vector<int64_t> dims;
  if (const auto* shape = tensor.shape()) {
    if (shape->size() > kMaxRank) unsupported("is of rank {}; {} is the highest", shape->size(), kMaxRank);
    dims.assign(shape->begin(), shape->end());
  }
  int64_t elems = 1;
  for (int64_t dim : dims) {
    if (dim < 0) invalid_input("its dimension {} is negative", dim);
    if (__builtin_mul_overflow(elems, std::max<int64_t>(dim, 1), &elems) || elems > kMaxElems) {
      invalid_input("its shape {} has more than 2^56 elements", Shape(dims).str());
    }
  }
  return Shape(dims);
}

/// Where a buffer's bytes lie.
struct Bytes {
  const unsigned char* data = nullptr;
  uint64_t count = 0;
};

Bytes bytes_of(const tflite::Buffer& buffer, const ModelFile& file) {
  if (buffer.data() && buffer.data()->size() > 0) return {buffer.data()->data(), buffer.data()->size()};
  // Offsets 0 and 1 say that there is none.
  if (buffer.offset() <= 1) return {};
  if (buffer.offset() > file.bytes() || buffer.size() > file.bytes() - buffer.offset()) {
    invalid_input("its data, {} bytes at offset {}, lies outside of the file, which has {}", buffer.size(),
                  buffer.offset(), file.bytes());
  }
  return {file.data() + buffer.offset(), buffer.size()};
}

/// scale * (stored - zero_point), of integers.
Tensor dequantised(const Tensor& stored, const QuantParams& params) {
  Tensor floats(DType::f32, stored.shape());
  int64_t inner = 1;  // elements that share a scale, one after the other
  for (int axis = stored.shape().rank() - 1; params.per_channel() && axis > params.axis; --axis)
    inner *= stored.shape()[axis];
  const auto scales = static_cast<int64_t>(params.scale.size());
  visit_dtype(stored.dtype(), [&]<class T>() {
    if constexpr (kIsInteger<T>) {
      for (int64_t i = 0; i < stored.elems(); ++i) {
        const auto channel = static_cast<size_t>(i / inner % scales);
        const double number = static_cast<double>(stored.as<T>()[i]) - static_cast<double>(params.zero_point[channel]);
        floats.as<float>()[i] = static_cast<float>(params.scale[channel] * number);
      }
    }
  });
  return floats;
}

}  // namespace

DType TensorReader::dtype(int index) const {
  const DType stored = element_type(file_.tensor(index).type());
  return is_integer(stored) && stands_for_floats(index) ? DType::f32 : stored;
}

TensorType TensorReader::type(int index) const {
  TensorType type = stored_type(index);
  if (is_integer(type.dtype) && stands_for_floats(index)) type.dtype = DType::f32;
  return type;
}

TensorType TensorReader::stored_type(int index) const {
  return with_tensor(file_, index, [&] {
    const tflite::Tensor& tensor = file_.tensor(index);
    if (tensor.sparsity()) unsupported("is sparse, only dense tensors are supported");
    if (tensor.is_variable()) unsupported("is a variable, they are not supported");
    return TensorType{element_type(tensor.type()), shape_of(tensor)};
  });
}

const tflite::Buffer& TensorReader::buffer(const tflite::Tensor& tensor) const {
  const auto* buffers = file_.model().buffers();
  const unsigned count = buffers ? buffers->size() : 0;
  if (tensor.buffer() >= count) invalid_input("its data is buffer {}, of {}", tensor.buffer(), count);
  return *buffers->Get(tensor.buffer());
}

bool TensorReader::is_constant(int index) const {
  const tflite::Tensor& tensor = file_.tensor(index);
  if (tensor.external_buffer() != 0) return true;
  if (tensor.buffer() == 0) return false;
  return with_tensor(file_, index, [&] { return bytes_of(buffer(tensor), file_).data != nullptr; });
}

Tensor TensorReader::read(int index) const {
  const Tensor tensor = stored(index);
  const bool numbers = is_integer(tensor.dtype()) && stands_for_floats(index);
  return numbers ? dequantised(tensor, stored_quantisation(index)) : tensor;
}

Tensor TensorReader::stored(int index) const {
  const TensorType type = stored_type(index);
  return with_tensor(file_, index, [&] {
    const tflite::Tensor& tensor = file_.tensor(index);
    if (tensor.external_buffer() != 0) unsupported("its data lies in another file, which is not supported");
    const Bytes bytes = type.shape.elems() == 0 ? Bytes{} : bytes_of(buffer(tensor), file_);
    if (bytes.count != static_cast<uint64_t>(type.bytes())) {
      invalid_input("{} needs {} bytes, its data has {}", type.str(), type.bytes(), bytes.count);
    }
    return tensor_over(bytes.data, type, file_.owner());
  });
}

namespace {

void check_scales(const QuantParams& params) {
  for (float scale : params.scale) {
    if (!std::isfinite(scale) || scale < 0) invalid_input("its scale is {}", scale);
  }
}

/// Files need not align numbers of 64 bits; the vector's own Get() relies on it.
int64_t zero_point_at(const flatbuffers::Vector<int64_t>& zero_points, unsigned index) {
  int64_t value;
  std::memcpy(&value, zero_points.Data() + index * sizeof(value), sizeof(value));
  return value;
}

}  // namespace

QuantParams TensorReader::quantisation(int index) const {
  return in_floats_ ? QuantParams() : stored_quantisation(index);
}

/// Numbers of up to 16 bits, and constants with a scale, which are biases. The others are counts and indices.
bool TensorReader::stands_for_floats(int index) const {
  if (!in_floats_ || !stored_quantisation(index).quantised()) return false;
  return size_of(element_type(file_.tensor(index).type())) <= 2 || is_constant(index);
}

QuantParams TensorReader::stored_quantisation(int index) const {
  QuantParams params;
  const tflite::Tensor& tensor = file_.tensor(index);
  const tflite::QuantizationParameters* given = tensor.quantization();
  if (!given) return params;
  return with_tensor(file_, index, [&] {
    if (given->details_type() != tflite::QuantizationDetails::NONE) {
      unsupported("is quantised in blocks or along several axes, which is not supported");
    }
    if (!given->scale() || given->scale()->size() == 0) return params;
    const unsigned scales = given->scale()->size();
    const Shape shape = shape_of(tensor);
    params.axis = given->quantized_dimension();
    // Converters give biases the axis of their weights.
    if (in_floats_ && shape.rank() == 1) params.axis = 0;
    if (scales > 1 && (params.axis < 0 || params.axis >= shape.rank() || shape[params.axis] != scales)) {
      invalid_input("has {} scales along axis {} of {}", scales, params.axis, shape.str());
    }
    params.scale.assign(given->scale()->begin(), given->scale()->end());
    check_scales(params);
    params.zero_point.assign(scales, 0);
    if (const auto* zero_points = given->zero_point(); zero_points && zero_points->size() > 0) {
      const unsigned count = zero_points->size();
      if (count != 1 && count != scales) invalid_input("has {} zero points for {} scales", count, scales);
      for (unsigned i = 0; i < scales; ++i) params.zero_point[i] = zero_point_at(*zero_points, count == 1 ? 0 : i);
    }
    return params;
  });
}

bool is_quantised(const ModelFile& file, const TensorReader& tensors, const tflite::Operator& op) {
  const auto any_of = [&](const flatbuffers::Vector<int32_t>* indices) {
    for (size_t i = 0; indices && i < indices->size(); ++i) {
      const int index = indices->Get(static_cast<unsigned>(i));
      if (index < 0) continue;
      const auto dtype = find_element_type(file.tensor(index).type());
      const bool narrow = dtype && is_integer(*dtype) && size_of(*dtype) <= 2;
      if (narrow && tensors.quantisation(index).quantised()) return true;
    }
    return false;
  };
  return any_of(op.inputs()) || any_of(op.outputs());
}

}  // namespace convoy::tflite_frontend
