#include "impls/copy/loop_dims.h"

#include <algorithm>

#include "graph/attributes.h"

namespace convoy {

namespace {

bool walks_as_one(const LoopDim& outer, const LoopDim& inner) {
  for (size_t t = 0; t < outer.strides.size(); ++t) {
    if (outer.strides[t] != inner.strides[t] * inner.extent) return false;
  }
  return true;
}

}  // namespace

std::vector<LoopDim> loop_dims(const Shape& shape, const std::vector<std::vector<int64_t>>& tensor_strides) {
  std::vector<LoopDim> dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    LoopDim dim{axis, shape[axis], {}};
    for (const auto& strides : tensor_strides) dim.strides.push_back(strides[axis]);
    dims.push_back(std::move(dim));
  }
  std::stable_sort(dims.begin(), dims.end(),
                   [](const LoopDim& a, const LoopDim& b) { return std::abs(a.strides[0]) > std::abs(b.strides[0]); });
  std::vector<LoopDim> merged;
  for (LoopDim& dim : dims) {
    if (!merged.empty() && walks_as_one(merged.back(), dim)) {
      dim.extent *= merged.back().extent;
      merged.pop_back();
    }
    merged.push_back(std::move(dim));
  }
  return merged;
}

int64_t iterations(const std::vector<LoopDim>& dims) {
  int64_t count = 1;
  for (const LoopDim& dim : dims) count *= dim.extent;
  return count;
}

std::vector<Val> split_index(KernelBuilder& b, const std::vector<LoopDim>& dims, Val row) {
  std::vector<Val> index(dims.size());
  for (size_t d = dims.size(); d-- > 1;) {
    index[d] = row % dims[d].extent;
    row = row / dims[d].extent;
  }
  if (!dims.empty()) index[0] = row;
  return index;
}

RowStart row_start(KernelBuilder& b, const std::vector<LoopDim>& dims, Val row, size_t axes, Val base) {
  RowStart start{std::vector<Val>(axes, b.i64(0)), base};
  const std::vector<Val> index = split_index(b, dims, row);
  for (size_t d = 0; d < dims.size(); ++d) {
    start.index[dims[d].axis] = index[d];
    start.address = b.offset(start.address, index[d] * dims[d].strides[0]);
  }
  return start;
}

std::string loop_key(const std::vector<LoopDim>& dims) {
  std::string text;
  for (const LoopDim& dim : dims) text += fmt::format("{}:{}{};", dim.axis, dim.extent, attribute_text(dim.strides));
  return text;
}

}  // namespace convoy
