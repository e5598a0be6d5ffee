#include <convoy/tensor.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

#include "graph/attributes.h"
#include "support/error.h"

namespace convoy {
namespace {

constexpr int64_t kAlignment = 64;
constexpr int64_t kMaxBytes = int64_t{1} << 40;

int64_t saturating_multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}

/// From this size on memory comes from the system page by page and goes back to it as soon as the tensor is freed.
/// malloc would keep it: it stops using mmap for sizes that were freed once.
constexpr int64_t kMappedBytes = int64_t{1} << 20;

std::shared_ptr<void> map_zeros(int64_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  if (bytes >= 4 * kMappedBytes) madvise(memory, bytes, MADV_HUGEPAGE);  // packed weights are read from end to end
  return {memory, [bytes](void* mapped) { munmap(mapped, bytes); }};
}

/// calloc or mmap instead of aligned_alloc and memset: pages of a large tensor that are never touched cost nothing.
std::shared_ptr<void> allocate_zeros(int64_t bytes) {
  if (bytes >= kMappedBytes) return map_zeros(bytes);
  void* memory = std::calloc(bytes + kAlignment, 1);
  if (!memory) throw std::bad_alloc();
  std::shared_ptr<void> owner(memory, &std::free);
  size_t space = bytes + kAlignment;
  void* aligned = memory;
  std::align(kAlignment, std::max<int64_t>(bytes, 1), aligned, space);
  return {owner, aligned};
}

}  // namespace

int64_t size_of(DType dtype) {
  constexpr int8_t sizes[] = {4, 8, 2, 2, 1, 1, 2, 2, 4, 4, 8, 8, 1};
  return sizes[static_cast<size_t>(dtype)];
}

std::string_view to_string(DType dtype) {
  return EnumWords<DType>::words[static_cast<size_t>(dtype)];
}

int64_t Shape::elems() const {
  int64_t elems = 1;
  for (int64_t dim : dims_) {
    if (dim < 0) invalid_input("shape {} has a negative extent", str());
    elems = saturating_multiply(elems, dim);
  }
  if (elems != std::numeric_limits<int64_t>::max()) return elems;
  // A product that overflows on the way is still 0 when a later extent is.
  if (std::count(dims_.begin(), dims_.end(), 0)) return 0;
  invalid_input("shape {} has more than 2^63 elements", str());
}

std::vector<int64_t> Shape::strides() const {
  std::vector<int64_t> strides(dims_.size(), 1);
  for (int axis = rank() - 2; axis >= 0; --axis)
    strides[axis] = saturating_multiply(strides[axis + 1], dims_[axis + 1]);
  return strides;
}

std::string Shape::str() const {
  return dims_.empty() ? "scalar" : fmt::format("{}", fmt::join(dims_, "x"));
}

std::string TensorType::str() const {
  return fmt::format("{}[{}]", to_string(dtype), shape.rank() == 0 ? "" : shape.str());
}

Tensor::Tensor(TensorType type) : type_(std::move(type)) {
  const int64_t bytes = saturating_multiply(type_.shape.elems(), size_of(type_.dtype));
  if (bytes > kMaxBytes) invalid_input("a tensor {} is larger than 2^40 bytes", type_.str());
  data_ = allocate_zeros(bytes);
}

Tensor Tensor::reshaped(Shape shape) const {
  if (shape.elems() != elems()) internal_error("{} reshaped to {}", type_.str(), shape.str());
  Tensor result = *this;
  result.type_.shape = std::move(shape);
  return result;
}

}  // namespace convoy
