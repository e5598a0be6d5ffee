// The loops over the elements of several strided tensors of one shape, as few as possible: neighbouring axes
// that every tensor walks as one are one loop.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/llvm/kernel_builder.h"
#include "impls/tensor_view.h"

namespace convoy {

struct LoopDim {
  int axis = 0;  ///< the innermost of the axes that were merged
  int64_t extent = 1;
  std::vector<int64_t> strides;  ///< one a tensor
};

/// Dimensions of `shape`, outermost first in the order of the first tensor's strides; without axes of extent 1.
/// An index along a merged dimension may be used as the index along its `axis`, the merged others being 0.
std::vector<LoopDim> loop_dims(const Shape& shape, const std::vector<std::vector<int64_t>>& tensor_strides);

/// Number of iterations of all of `dims`.
int64_t iterations(const std::vector<LoopDim>& dims);

/// The indices along `dims` that iteration `row` stands for, last dimension fastest.
std::vector<Val> split_index(KernelBuilder& b, const std::vector<LoopDim>& dims, Val row);

/// Where iteration `row` of `dims` begins.
struct RowStart {
  std::vector<Val> index;  ///< along each axis; 0 along those that no dimension is of
  Val address;             ///< in the first tensor
};
RowStart row_start(KernelBuilder& b, const std::vector<LoopDim>& dims, Val row, size_t axes, Val base);

/// Text for kernel keys.
std::string loop_key(const std::vector<LoopDim>& dims);

}  // namespace convoy
